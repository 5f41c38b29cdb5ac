package campaigns

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"postlift"
)

// Warning is something that a person should know before approving a plan. Code and Args say it in every language
// (Words); Text is the English sentence, for programs and for plans of earlier versions, which kept nothing else.
type Warning struct {
	Code string `json:"code,omitempty"`
	Args []Arg  `json:"args,omitempty"`
	Text string `json:"text"`
}

// Arg is one value in a warning: exactly one of its fields counts, a number of things, an amount, a day, or a text.
type Arg struct {
	Number *int            `json:"number,omitempty"`
	Money  *postlift.Money `json:"money,omitempty"`
	Date   postlift.Date   `json:"date,omitzero"`
	Text   string          `json:"text,omitempty"`
}

// UnmarshalJSON also reads the bare text that plans of earlier versions kept.
func (w *Warning) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) == nil {
		*w = Warning{Text: text}
		return nil
	}
	type plain Warning
	return json.Unmarshal(data, (*plain)(w))
}

// Words give the warning in a language: German for de, else English.
func (w Warning) Words(lang string) string {
	words, ok := warningWords[w.Code]
	if !ok || len(w.Args) != words.args {
		return w.Text
	}
	format, args := words.en, make([]any, len(w.Args))
	if german(lang) {
		format = words.de
	}
	for i, a := range w.Args {
		args[i] = a.in(lang)
	}
	return fmt.Sprintf(format, args...)
}

func german(lang string) bool { return strings.HasPrefix(lang, "de") }

func (a Arg) in(lang string) string {
	switch {
	case a.Number != nil:
		return grouped(*a.Number, lang)
	case a.Money != nil:
		return a.Money.Format(lang)
	case !a.Date.IsZero():
		return a.Date.Format(lang)
	}
	return a.Text
}

// grouped writes a number with the language's thousands separator.
func grouped(n int, lang string) string {
	s, separator := strconv.Itoa(n), ","
	if german(lang) {
		separator = "."
	}
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + separator + s[i:]
	}
	return s
}

// warned makes a warning of its code and values: ints, amounts, days and texts.
func warned(code string, values ...any) Warning {
	w := Warning{Code: code}
	for _, v := range values {
		switch v := v.(type) {
		case int:
			w.Args = append(w.Args, Arg{Number: &v})
		case postlift.Money:
			w.Args = append(w.Args, Arg{Money: &v})
		case postlift.Date:
			w.Args = append(w.Args, Arg{Date: v})
		default:
			w.Args = append(w.Args, Arg{Text: fmt.Sprint(v)})
		}
	}
	w.Text = w.Words("en")
	return w
}

// texts are the English sentences of warnings.
func texts(warnings []Warning) []string {
	list := make([]string, len(warnings))
	for i, w := range warnings {
		list[i] = w.Text
	}
	return list
}

// Codes of warnings.
const (
	warnOldScores       = "old_scores"
	warnOtherScores     = "scores_of_another_day"
	warnLackingScores   = "scores_lack_fields"
	warnFeesLifted      = "scores_lack_agreed_fees"
	warnNobodyMailed    = "nobody_mailed"
	warnNobodyHeldOut   = "nobody_held_out"
	warnFewControls     = "few_controls"
	warnNotTrusted      = "interval_not_trusted"
	warnFewAccounts     = "few_accounts"
	warnLosing          = "losing_accounts"
	warnNoContacts      = "no_contacts"
	warnKeysUnmatched   = "key_accounts_unmatched"
	warnSenderEmpty     = "sender_empty"
	warnOverCapacity    = "over_capacity"
	warnStepNear        = "cheaper_step"
	warnRegionNear      = "cheaper_region"
	warnCountryNear     = "cheaper_country"
	warnTrackingLocal   = "tracking_local"
	warnTrackingPlain   = "tracking_unprotected"
	warnLandingLocal    = "landing_local"
	warnLandingExamples = "landing_example"
)

// warningWords are the sentences, with how many values each takes.
var warningWords = map[string]struct {
	args   int
	en, de string
}{
	warnOldScores: {3, "the scores are as of %s, %s days before the plan (%s): run `postlift clv score` for the same date",
		"Die Kundenwerte sind vom %s, %s Tage vor dem Plan (%s): `postlift clv score` für denselben Tag aufrufen."},
	warnOtherScores: {2, "the scores are as of %s, the plan as of %s: run `postlift clv score` for the same date",
		"Die Kundenwerte sind vom %s, der Plan ist vom %s: `postlift clv score` für denselben Tag aufrufen."},
	warnLackingScores: {1, "the rule is not decided for everybody; the published scores are from before there was %s: run `postlift clv score` again",
		"Die Regel ist nicht für alle entschieden; die veröffentlichte Bewertung kennt %s noch nicht: `postlift clv score` erneut aufrufen."},
	warnFeesLifted: {0, "the scores do not tell agreed contract fees from what a letter can raise, so that the expected gain counts both: run `postlift clv score` again",
		"Die Bewertung trennt vereinbarte Entgelte noch nicht von dem, was ein Brief steigern kann; der erwartete Ertrag zählt beides: `postlift clv score` erneut aufrufen."},
	warnNobodyMailed: {0, "nobody would be mailed: this plan cannot be approved",
		"Niemand bekäme einen Brief: Dieser Plan lässt sich nicht freigeben."},
	warnNobodyHeldOut: {0, "nobody is held out: the uplift of this campaign cannot be measured",
		"Niemand wird zurückgehalten: Die Wirkung dieser Kampagne lässt sich nicht messen."},
	warnFewControls: {2, "%s groups are held out; below %s the measured uplift is only indicative",
		"%s Firmenverbünde werden zurückgehalten; unter %s gibt die gemessene Wirkung nur einen Anhaltspunkt."},
	warnNotTrusted: {2, "drawn again and again on the past of these companies, the interval of this design holds the truth in %s of 1,000 draws and lies wholly above it in %s: the measured uplift will be only indicative; `postlift campaign plan` tells what would do",
		"Immer wieder an der Vergangenheit dieser Firmen ausgelost, enthält das Intervall dieses Versuchsplans die Wahrheit in %s von 1.000 Auslosungen und liegt in %s ganz darüber: Die gemessene Wirkung wird nur einen Anhaltspunkt geben; `postlift campaign plan` nennt, was genügt."},
	warnFewAccounts: {1, "only %s accounts are planned: with so few no letter can be shown to work; `postlift campaign plan` tells what it takes",
		"Nur %s Kunden sind geplant: Mit so wenigen lässt sich von keinem Brief zeigen, dass er wirkt; `postlift campaign plan` nennt, was es dazu braucht."},
	warnLosing: {1, "%s of the planned accounts are expected to bring less than their letters cost; mode: budget or value leaves them out",
		"%s der geplanten Kunden bringen voraussichtlich weniger, als ihre Briefe kosten; mode: budget oder value lässt sie weg."},
	warnNoContacts: {0, "every matched account lacks a contact that may be mailed: import contacts",
		"Keiner der erfassten Kunden hat einen Ansprechpartner, der angeschrieben werden darf: Ansprechpartner importieren."},
	warnKeysUnmatched: {1, "the rule does not take the key accounts %s: they are neither mailed nor counted",
		"Die Regel erfasst die Schlüsselkunden %s nicht: Sie werden weder angeschrieben noch gezählt."},
	warnSenderEmpty: {1, "settings: %s is empty, and every letter prints it: fill it in settings.yaml and run postlift init --apply",
		"Einstellungen: %s ist leer, und jeder Brief druckt es: in settings.yaml ausfüllen und postlift init --apply aufrufen."},
	warnOverCapacity: {2, "%s letters are more than the vendor's capacity of %s; contractual letters are never cut: agree on more",
		"%s Briefe sind mehr als die Kapazität des Dienstleisters von %s; Vertragspost wird nie gekürzt: mehr vereinbaren."},
	warnStepNear: {4, "%s letters would cost %s less than %s: %s reaches its next step",
		"%s Briefe würden %s weniger kosten als %s: %s erreicht die nächste Staffel."},
	warnRegionNear: {5, "%s letters would cost %s less than %s in the postal region %s: %s becomes possible there",
		"%s Briefe würden %s weniger kosten als %s in der Leitregion %s: Dort wird %s möglich."},
	warnCountryNear: {5, "%s letters would cost %s less than %s in %s: %s becomes possible",
		"%s Briefe würden %s weniger kosten als %s in %s: %s wird möglich."},
	warnTrackingLocal: {1, "mail.tracking_base_url is %s: QR codes would lead readers to their own computer; set it to your public https address in settings.yaml and run postlift init --apply",
		"mail.tracking_base_url ist %s: QR-Codes würden auf den Rechner der Empfänger selbst führen; in settings.yaml die eigene öffentliche https-Adresse eintragen und postlift init --apply aufrufen."},
	warnTrackingPlain: {1, "mail.tracking_base_url is %s: QR codes would lead over an unprotected connection; set it to your public https address in settings.yaml and run postlift init --apply",
		"mail.tracking_base_url ist %s: QR-Codes würden über eine ungeschützte Verbindung führen; in settings.yaml die eigene öffentliche https-Adresse eintragen und postlift init --apply aufrufen."},
	warnLandingLocal: {1, "landing_url is %s: readers would be led to their own computer",
		"landing_url ist %s: Empfänger würden auf ihren eigenen Rechner geführt."},
	warnLandingExamples: {1, "landing_url is %s: addresses of that ending exist in examples only",
		"landing_url ist %s: Adressen mit dieser Endung gibt es nur in Beispielen."},
}
