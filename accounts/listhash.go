package accounts

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"postlift"
	"postlift/accounts/csvfile"
)

// Hashed lists name whom they block by SHA-256 in hexadecimal digits, over UTF-8 text in one of three normal forms:
//
//	e-mail    trimmed, lower case:                                     petra@beispiel.example
//	person    first name, blank, last name | street | postcode:       petra beispiel|musterstr 12a|12345
//	company   name without its legal form | street | postcode:        beispiel maschinenbau|musterstr 12a|12345
//
// Names are in the form of NormalText (lower case; ä, ö, ü, ß as ae, oe, ue, ss; other accents, punctuation and
// repeated blanks gone; & and + as "und"), companies in that of NormalCompany, streets in that of NormalStreet ("straße",
// "strasse" and "street" as "str", joined to the name before it, "12 a" as "12a"; a post office box is "box 1234"), postcodes in that of
// NormalPostcode (capitals and digits only, no "D-").

// EmailHash is the hash by which a list names a person by e-mail address; "" where that is empty.
func EmailHash(email string) string {
	email = strings.ToLower(strings.TrimSpace(email))
	if email == "" {
		return ""
	}
	return hashText(email)
}

// PersonHash is the hash by which a list names a person at an address; "" where the last name, the street and box, or
// the postcode is missing.
func PersonHash(first, last, street, poBox, postcode string) string {
	if NormalText(last) == "" {
		return ""
	}
	return hashAt(NormalText(first+" "+last), street, poBox, postcode)
}

// CompanyHash is the hash by which a list names a company at an address; "" where the name, the street and box, or
// the postcode is missing.
func CompanyHash(company, street, poBox, postcode string) string {
	return hashAt(NormalCompany(company), street, poBox, postcode)
}

func hashAt(name, street, poBox, postcode string) string {
	s, z := streetOrBox(street, poBox), NormalPostcode(postcode)
	if name == "" || s == "" || z == "" {
		return ""
	}
	return hashText(name + "|" + s + "|" + z)
}

func hashText(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// Listed keys what a list names by a hash: the plain hash of an e-mail address can be guessed, so it is not kept.
func (k Keyer) Listed(hash string) string {
	if hash == "" {
		return ""
	}
	return postlift.MatchKey(k.Secret, "hash", hash)
}

// listHash reads a SHA-256 in hexadecimal digits.
func listHash(row *csvfile.Row) string {
	raw := row.Text("hash")
	if raw == "" {
		return ""
	}
	hash := strings.ToLower(strings.TrimPrefix(strings.TrimPrefix(raw, "sha256:"), "0x"))
	if b, err := hex.DecodeString(hash); err != nil || len(b) != sha256.Size {
		row.Reject("hash", "hash", raw, "a SHA-256 of 64 hexadecimal digits is needed")
		return ""
	}
	return hash
}
