package standalone

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"postlift"
	"postlift/accounts"
	"postlift/accounts/csvfile"
)

// Sender is the company in whose name the pieces go out, with what its letters say of it.
type Sender struct {
	Fields          map[string]string // by name: company, street, postcode, city, country, particulars, signature_name …
	Particulars     map[string]string // by language, where they differ
	ObjectionNotice map[string]string // by language
}

// senderFields are what a sender's file may have beside particulars and the notice.
var senderFields = []string{"company", "street", "postcode", "city", "country", "phone", "fax", "email", "web", "return_line", "logo",
	"signature_name", "signature_role", "signature_file", "signature_consent_until",
	"owner_title", "owner_role", "owner_phone", "owner_mobile", "owner_email"}

// SenderTemplate is an example of a sender's file.
const SenderTemplate = `company: Muster Maschinenbau GmbH
street: Musterstraße 1
postcode: "10115"
city: Berlin
country: DE
phone: "+49 30 000 000-0"
email: post@muster.example
web: www.muster.example
return_line: ""             # above the address; left empty: company, street and town
particulars:                # the footer, in each language or in one for all; each · begins a line, the footer holds five and sets more closer
  de: "Geschäftsführung: Erika Muster · Amtsgericht Musterstadt, HRB 00000 · USt-IdNr. DE000000000"
  en: "Managing director: Erika Muster · Musterstadt District Court, HRB 00000 · VAT DE000000000"
signature_name: Erika Muster
signature_role: Vertriebsleitung
signature_file: ""          # a picture of the --assets folder; needs the consent below
signature_consent_until: "" # YYYY-MM-DD
objection_notice:
  de: "Sie können der Nutzung Ihrer Daten für Werbung jederzeit widersprechen – eine kurze Nachricht genügt."
  en: "You may object to the use of your data for advertising at any time; a short message is enough."
`

// maxSenderBytes is far more than a sender's file says.
const maxSenderBytes = 256 << 10

// NewSender is a sender without particulars whose letters carry the usual notices.
func NewSender() Sender {
	return Sender{Fields: map[string]string{}, Particulars: map[string]string{}, ObjectionNotice: accounts.DefaultSettings().ObjectionNotice}
}

// ReadSender reads a sender's file: YAML with the fields of SenderTemplate, or a settings file of postlift, of which
// it takes sender and objection_notice. An unknown field is a fault with its line and the nearest known name.
func ReadSender(r io.Reader) (Sender, error) {
	s := NewSender()
	data, err := io.ReadAll(io.LimitReader(r, maxSenderBytes+1))
	if err != nil || len(data) > maxSenderBytes {
		return s, senderFault("it cannot be read, or is larger than %d bytes", maxSenderBytes)
	}
	var doc yaml.Node
	if err := yaml.NewDecoder(bytes.NewReader(data)).Decode(&doc); err != nil && !errors.Is(err, io.EOF) {
		return s, senderFault("%v", err)
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return s, senderFault("it must say what the sender is, such as company: Muster GmbH")
	}
	root := doc.Content[0]
	if own := child(root, "sender"); own != nil { // a settings file
		if notice := child(root, "objection_notice"); notice != nil {
			if err := readByLanguage("objection_notice", notice, s.ObjectionNotice); err != nil {
				return s, err
			}
		}
		root = own
	}
	return s, s.read(root)
}

func (s *Sender) read(m *yaml.Node) error {
	if m.Kind != yaml.MappingNode {
		return senderFault("line %d: fields such as company: Muster GmbH are needed", m.Line)
	}
	for i := 0; i+1 < len(m.Content); i += 2 {
		key, value := m.Content[i], m.Content[i+1]
		var err error
		switch {
		case key.Value == "objection_notice":
			err = readByLanguage(key.Value, value, s.ObjectionNotice)
		case key.Value == "particulars":
			err = readByLanguage(key.Value, value, s.Particulars)
		case !slices.Contains(senderFields, key.Value):
			err = senderFault("line %d: there is no field %q%s", key.Line, key.Value, csvfile.DidYouMean(append([]string{"particulars", "objection_notice"}, senderFields...), key.Value))
		case value.Kind != yaml.ScalarNode:
			err = senderFault("line %d: %s must be a text", value.Line, key.Value)
		default:
			s.Fields[key.Value] = scalar(value)
		}
		if err != nil {
			return err
		}
	}
	if until := s.Fields["signature_consent_until"]; until != "" {
		if _, err := postlift.ParseDate(until); err != nil {
			return senderFault("signature_consent_until is %q: a date of the form YYYY-MM-DD is needed", until)
		}
	}
	return s.readCountry()
}

func (s *Sender) readCountry() error {
	if c := s.Fields["country"]; c != "" {
		code, ok := accounts.ParseCountry(c)
		if !ok {
			return senderFault("country is %q: a code such as DE or a country's name is needed", c)
		}
		s.Fields["country"] = code
	}
	return nil
}

// readByLanguage reads one text for all languages, or one for each.
func readByLanguage(name string, v *yaml.Node, into map[string]string) error {
	if v.Kind == yaml.ScalarNode {
		into["de"], into["en"] = scalar(v), scalar(v)
		return nil
	}
	for i := 0; v.Kind == yaml.MappingNode && i+1 < len(v.Content); i += 2 {
		lang, text := v.Content[i], v.Content[i+1]
		if lang.Value != "de" && lang.Value != "en" || text.Kind != yaml.ScalarNode {
			return senderFault("line %d: %s has a text for de and one for en, or one for both", lang.Line, name)
		}
		into[lang.Value] = scalar(text)
	}
	if v.Kind != yaml.MappingNode {
		return senderFault("line %d: %s must be a text, or one for de and one for en", v.Line, name)
	}
	return nil
}

// scalar is a value's text; null and ~ are none.
func scalar(n *yaml.Node) string {
	if n.Tag == "!!null" {
		return ""
	}
	return strings.TrimSpace(n.Value)
}

func child(m *yaml.Node, name string) *yaml.Node {
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == name && m.Content[i+1].Kind == yaml.MappingNode {
			return m.Content[i+1]
		}
	}
	return nil
}

func senderFault(format string, args ...any) error {
	return postlift.Faultf(postlift.Invalid, "standalone.ReadSender", "the sender's file: "+format, args...)
}
