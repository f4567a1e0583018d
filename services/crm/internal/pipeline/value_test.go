package pipeline

import (
	"errors"
	"testing"
	"time"
)

func TestNames(t *testing.T) {
	for _, c := range []struct {
		contact     Contact
		level       Level
		first, last string
	}{
		{Contact{FirstName: " Ana ", LastName: "von  Roth"}, QES, "Ana", "von Roth"},
		{Contact{Name: "Ana Roth"}, SES, "Ana", "Roth"},
		{Contact{Name: "Ana Roth"}, QES, "", ""},
		{Contact{FirstName: "Ana Roth"}, AES, "Ana", "Roth"},
		{Contact{FirstName: "Ana Roth"}, QES, "Ana Roth", ""},
		{Contact{Name: "Ana Maria Roth"}, AES, "", ""},
		{Contact{Name: "Ana"}, AES, "", ""},
		{Contact{Name: "Ana Roth", FirstName: "Ana"}, AES, "Ana", "Roth"},
		{Contact{Name: "Roth Ana", FirstName: "Ana"}, AES, "Ana", ""},
		{Contact{Name: "Ana Roth", LastName: "Roth"}, SES, "Ana", "Roth"},
		{Contact{Name: "Roth Ana", LastName: "Roth"}, SES, "", "Roth"},
		{Contact{Name: "Ana\u202eRoth"}, SES, "Ana", "Roth"},
	} {
		if first, last := c.contact.names(c.level); first != c.first || last != c.last {
			t.Errorf("%+v for %s gave %q %q", c.contact, c.level, first, last)
		}
	}
}

func TestMoney(t *testing.T) {
	for in, want := range map[string]string{
		"1200": "1200.00 EUR", "1200.5": "1200.50 EUR", "0": "0.00 EUR", "-3.10": "-3.10 EUR", "1.2340": "1.234 EUR",
		"": "", "1e9": "", "1,5": "", "-": "", ".5": "", "1.2.3": "", "12 ": "", "1234567890123456789012345678901": "",
	} {
		if got := money(in, "EUR"); got != want {
			t.Errorf("%q gave %q, want %q", in, got, want)
		}
	}
	if got := money("5", ""); got != "5.00" {
		t.Errorf("without a currency: %q", got)
	}
}

func TestPhoneNumber(t *testing.T) {
	for in, want := range map[string]string{
		"+41 44 123 45 67": "+41441234567", "0041 (0)44 123-45-67": "+41441234567", "+49/170.1234567": "+491701234567",
		"044 123 45 67": "", "": "", "+": "", "+0441234567": "", "+41 44 123 45 67 x9": "", "+1234567890123456": "", "+1234567": "",
		"+４１４４１２３４５６７": "",
	} {
		if got := phoneNumber(in); got != want {
			t.Errorf("%q gave %q, want %q", in, got, want)
		}
	}
}

func TestAddress(t *testing.T) {
	for in, want := range map[string]string{
		" ana@roth.example ": "ana@roth.example", "ana+x@roth.co.uk": "ana+x@roth.co.uk",
		"ana@roth": "", "ana": "", "": "", "Ana <ana@roth.example>": "", "a@b.example, c@d.example": "", "ana@roth.": "", "a b@c.example": "",
	} {
		if got := address(in); got != want {
			t.Errorf("%q gave %q, want %q", in, got, want)
		}
	}
}

func TestNewRulesRefuses(t *testing.T) {
	for field, change := range map[string]func(*Rule){
		"ID":                   func(r *Rule) { r.ID = "a/b" },
		"Pipeline":             func(r *Rule) { r.Pipeline = 0 },
		"Stage":                func(r *Rule) { r.Stage = StageWon },
		"StageAfterCompletion": func(r *Rule) { r.StageAfterCompletion = 70 },
		"Template":             func(r *Rule) { r.Template = "nda_v1" },
		"Level":                func(r *Rule) { r.Level = "EES" },
		"Legislation":          func(r *Rule) { r.Legislation = "" },
		"Authentication":       func(r *Rule) { r.Authentication = "sms" },
		"Proof":                func(r *Rule) { r.Proof = "any" },
		"Language":             func(r *Rule) { r.Language, r.CardLanguage = "German", "de" },
		"CardLanguage":         func(r *Rule) { r.CardLanguage = "DE" },
		"Expiry":               func(r *Rule) { r.Expiry = 365 * 24 * time.Hour },
		"TaskDays":             func(r *Rule) { r.TaskDays = 31 },
		"Role":                 func(r *Rule) { r.Role = "the-customer" },
		"Provider":             func(r *Rule) { r.Provider = "1skribble" },
		"Countersigners": func(r *Rule) {
			r.Countersigners = []Signer{{Role: "customer", FirstName: "J", LastName: "F", Email: "j@f.example"}}
		},
	} {
		rule := nda()
		change(&rule)
		_, err := NewRules(rule)
		var fault *RuleError
		if !errors.As(err, &fault) || fault.Field != field || fault.Rule != rule.ID {
			t.Errorf("%s: got %v", field, err)
		}
	}
	routed := nda()
	if routed.Provider = ""; mustRules(t, routed).byID["nda"].Provider != "" {
		t.Error("a rule without a provider was given one")
	}
	lost, again, twin := nda(), nda(), nda()
	lost.Stage = StageLost
	if _, err := NewRules(lost); err == nil {
		t.Error("Lost was taken as a trigger")
	}
	again.Stage, twin.ID = 71, "msa"
	if _, err := NewRules(nda(), again); err == nil {
		t.Error("two rules share an id")
	}
	if _, err := NewRules(nda(), twin); err == nil {
		t.Error("two rules share a trigger")
	}
}

func TestProofPolicy(t *testing.T) {
	for _, c := range []struct {
		policy  ProofPolicy
		verdict Verdict
		level   Level
		want    bool
	}{
		{ProofDefault, Proven, QES, true}, {ProofDefault, Attested, QES, false}, {ProofDefault, Attested, AES, true},
		{ProofDefault, Attested, SES, true}, {RequireProven, Attested, SES, false}, {AcceptAttested, Attested, QES, true},
		{AcceptAttested, Indeterminate, SES, false}, {AcceptAttested, Failed, SES, false}, {AcceptAttested, "", SES, false},
		{ProofDefault, Attested, "", false},
	} {
		if got := c.policy.Satisfied(c.verdict, c.level); got != c.want {
			t.Errorf("%q %s for %s gave %v", c.policy, c.verdict, c.level, got)
		}
	}
}
