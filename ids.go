package postlift

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"strings"
)

// Prefixes of outward identifiers. An identifier is the prefix, an underscore and 26 characters of
// Crockford-sorted base32: 48 bits of milliseconds, then 80 bits that make it unique.
const (
	AccountID  = "acc"
	SiteID     = "sit"
	ContactID  = "con"
	EmployeeID = "emp"
	ContractID = "ctr"
	OppID      = "opp"
	RuleID     = "rul"
	DesignID   = "dsg"
	CampaignID = "cmp"
	RunID      = "run"
	PieceID    = "pc"
	BatchID    = "bt"
	VendorID   = "vnd"
	SeedID     = "sad"
	ResponseID = "rsp"
	SuppressID = "sup"
	ScoreRunID = "scr"
	ImportID   = "imp"
)

var crockford = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// IDMaker makes an outward identifier of a prefix. The natural key parts matter only to a derived
// maker; a random one ignores them.
type IDMaker func(prefix string, key ...string) string

// RandomIDs makes time-sortable identifiers from the clock and the system's randomness.
func RandomIDs(clock Clock) IDMaker {
	return func(prefix string, _ ...string) string {
		var b [16]byte
		putMillis(b[:], clock().UnixMilli())
		_, _ = rand.Read(b[6:]) // crypto/rand.Read never fails (it aborts the program instead)
		return prefix + "_" + strings.ToLower(crockford.EncodeToString(b[:]))
	}
}

// DerivedIDs makes identifiers that depend only on the secret, the fixed day and the natural key, so
// that a demonstration with one seed has the same identifiers wherever it runs.
func DerivedIDs(secret []byte, day Date) IDMaker {
	return func(prefix string, key ...string) string {
		m := hmac.New(sha256.New, secret)
		m.Write([]byte(prefix + "\x00" + strings.Join(key, "\x00")))
		var b [16]byte
		putMillis(b[:], day.Time().UnixMilli())
		copy(b[6:], m.Sum(nil))
		return prefix + "_" + strings.ToLower(crockford.EncodeToString(b[:]))
	}
}

func putMillis(b []byte, ms int64) {
	var t [8]byte
	binary.BigEndian.PutUint64(t[:], uint64(ms))
	copy(b[:6], t[2:])
}

// TrackingToken is the 26-character QR token of a piece: 130 bits of HMAC-SHA256 over the piece id
// under the installation's secret, in upper-case base32 so that a QR code can use its alphanumeric mode.
func TrackingToken(secret []byte, pieceID string) string {
	return keyedCode(secret, "token", pieceID, 26)
}

// TypedCode is the code that a person types or reads out: 11 characters (55 bits) in Crockford base32
// without look-alike letters, shown by FormatCode in groups.
func TypedCode(secret []byte, pieceID string) string {
	return keyedCode(secret, "code", pieceID, 11)
}

// RecipientKey is the keyed hash by which one recipient is recognised after names and addresses are
// erased: normalise the parts before the call.
func RecipientKey(secret []byte, parts ...string) string {
	return keyedCode(secret, "recipient", strings.Join(parts, "\x00"), 32)
}

// MatchKey is the keyed hash that a suppression keeps of a person, address or company.
func MatchKey(secret []byte, scope string, parts ...string) string {
	return keyedCode(secret, "match:"+scope, strings.Join(parts, "\x00"), 32)
}

func keyedCode(secret []byte, purpose, text string, chars int) string {
	m := hmac.New(sha256.New, secret)
	m.Write([]byte(purpose + "\x00" + text))
	return crockford.EncodeToString(m.Sum(nil))[:chars]
}

// FormatCode groups a typed code for reading: K7M2-9QXP-4TB.
func FormatCode(code string) string {
	var parts []string
	for len(code) > 4 {
		parts = append(parts, code[:4])
		code = code[4:]
	}
	return strings.Join(append(parts, code), "-")
}

// NormalizeCode undoes what people do to codes: lower case, spaces and dashes, O for 0, I and L for 1.
func NormalizeCode(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case 'O':
			return '0'
		case 'I', 'L':
			return '1'
		case '-', ' ', '\t', '\u00a0', '.', '/':
			return -1
		}
		return r
	}, strings.ToUpper(s))
}
