package crm

import (
	"errors"
	"strings"
	"time"

	"github.com/countersign/countersign/services/crm/internal/account"
	"github.com/countersign/countersign/services/crm/internal/pipeline"
)

// Rule says which signature a stage of a pipeline asks for.
type Rule struct {
	// ID of the rule, 1 to 64 characters of a-z, 0-9, _ and -. Changing it makes a new rule.
	ID string `yaml:"id"`
	// Pipeline by name or id.
	Pipeline string `yaml:"pipeline"`
	// Stage that triggers the rule, by name or id.
	Stage string `yaml:"stage"`
	// Template of the document.
	Template string `yaml:"template"`
	// Title of the request; {deal.name} and other values may stand in it.
	Title string `yaml:"title"`
	// Required names values that must be there, such as deal.price; the template's own are required anyway.
	Required []string `yaml:"required"`
	// Provider is a name under signing.providers; empty means that signing chooses among the accounts of legal value. An
	// account of a sandbox has to be named.
	Provider string `yaml:"provider"`
	// Level is SES (or EES), AES or QES.
	Level string `yaml:"level"`
	// Legislation is EIDAS or ZERTES.
	Legislation string `yaml:"legislation"`
	// Authentication is none, otp_email or otp_sms; empty means what the level demands.
	Authentication string `yaml:"authentication"`
	// Language of the document, and of signers whose own is unknown.
	Language string `yaml:"language"`
	// CardLanguage is that of notes and tasks; empty means Language.
	CardLanguage string `yaml:"card_language"`
	// Role of the main contact in the template.
	Role string `yaml:"role"`
	// Countersigners sign as well, in every deal.
	Countersigners []Countersigner `yaml:"countersigners"`
	// Expiry is how long a request stays open; at most 364 days; 0 means 14 days.
	Expiry time.Duration `yaml:"expiry"`
	// StageAfterCompletion by name or id; empty means Won.
	StageAfterCompletion string `yaml:"stage_after_completion"`
	// Proof is proven or attested; empty means proven for QES and attested for the other levels.
	Proof string `yaml:"proof"`
	// NoteOpened also writes a note when a signer opens the document.
	NoteOpened bool `yaml:"note_opened"`
	// Repeatable lets a deal that comes back to the stage go out again although it was signed before.
	Repeatable bool `yaml:"repeatable"`
	// KeepWhenLost leaves an open request open when its deal is lost; it is withdrawn otherwise.
	KeepWhenLost bool `yaml:"keep_when_lost"`
}

// Countersigner is one of our own people, who signs in every deal.
type Countersigner struct {
	// Role in the template.
	Role string `yaml:"role"`
	// FirstName as in the passport.
	FirstName string `yaml:"first_name"`
	// LastName as in the passport.
	LastName string `yaml:"last_name"`
	// Email where the invitation goes.
	Email string `yaml:"email"`
	// Phone with country code; needed for an SMS code.
	Phone string `yaml:"phone"`
	// Language of mails and pages; empty means the document's.
	Language string `yaml:"language"`
	// Order is 0 when all are asked at once, else lower numbers sign first.
	Order int `yaml:"order"`
}

// rule checks everything but the names that only Kommo knows: the stages' ids here are placeholders.
func (r Rule) rule() (account.Rule, error) {
	if r.Pipeline == "" || r.Stage == "" {
		return account.Rule{}, errors.New("pipeline and stage are required")
	}
	level := pipeline.Level(strings.ToUpper(r.Level))
	if level == "EES" {
		level = pipeline.SES
	}
	out := account.Rule{
		Rule: pipeline.Rule{
			ID: r.ID, Template: r.Template, TitlePattern: r.Title, Required: r.Required, Provider: r.Provider, Level: level,
			Legislation: pipeline.Legislation(strings.ToUpper(r.Legislation)), Language: r.Language,
			Authentication: pipeline.Authentication(r.Authentication), CardLanguage: r.CardLanguage, Role: r.Role,
			Expiry: r.Expiry, Proof: pipeline.ProofPolicy(r.Proof), NoteOpened: r.NoteOpened,
			Repeatable: r.Repeatable, KeepWhenLost: r.KeepWhenLost, Countersigners: r.countersigners(),
		},
		Pipeline: r.Pipeline, Stage: r.Stage, StageAfterCompletion: r.StageAfterCompletion,
	}
	trial := out.Rule
	trial.Pipeline, trial.Stage = 1, 1
	_, err := pipeline.NewRules(trial)
	return out, err
}

func (r Rule) countersigners() []pipeline.Signer {
	signers := make([]pipeline.Signer, 0, len(r.Countersigners))
	for _, c := range r.Countersigners {
		signers = append(signers, pipeline.Signer(c))
	}
	return signers
}
