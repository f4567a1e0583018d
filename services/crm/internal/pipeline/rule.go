package pipeline

import (
	"fmt"
	"time"
)

// The defaults of a rule.
const (
	DefaultExpiry   = 14 * 24 * time.Hour
	DefaultLanguage = "en"
	DefaultRole     = "customer"
	DefaultTitle    = "{deal.name}"
	// DefaultTaskDays is in business days.
	DefaultTaskDays = 1
)

// maxExpiry keeps a request within the year that providers let it stay open: it counts from the end of the first day.
const maxExpiry = 364 * 24 * time.Hour

// Rule says which signature a stage of a pipeline asks for.
type Rule struct {
	// ID names the rule in keys and references: 1 to 64 characters of [a-z0-9_-]. Changing it makes a new rule.
	ID string
	// Pipeline and Stage are the trigger, by id.
	Pipeline int64
	Stage    int64

	// Template is the id of the document template: up to 63 characters of [a-z0-9-].
	Template string
	// TitlePattern is the request's title; {key} stands for a value such as {deal.name}.
	TitlePattern string
	// Required lists keys of values that the template cannot do without, such as "deal.price" or "deal.fields.iban".
	Required []string

	// Provider is the signing provider's id: a letter, and up to 62 of [a-z0-9-]. Empty leaves the choice to signing.
	Provider       string
	Level          Level
	Legislation    Legislation
	Authentication Authentication
	// Language of the document, and of signers whose own is unknown; ISO 639-1.
	Language string
	// CardLanguage is the sales team's: that of notes and tasks. It is Language when empty.
	CardLanguage string
	// Expiry is how long a request stays open.
	Expiry time.Duration

	// Role is the main contact's role in the document: a letter, and up to 63 of [a-z0-9_].
	Role string
	// Countersigners sign as well, in every deal: our own people, by configuration.
	Countersigners []Signer

	// StageAfterCompletion is where a deal goes once its proof satisfies Proof, within the trigger's pipeline.
	StageAfterCompletion int64
	Proof                ProofPolicy
	// NoteOpened also writes a note when a signer opens the document.
	NoteOpened bool
	// Repeatable lets a new stage entry start over after a completed attempt.
	Repeatable bool
	// KeepWhenLost leaves a live request open when the deal is lost; it is withdrawn otherwise.
	KeepWhenLost bool
	// TaskDays is how many business days a person has for a task.
	TaskDays int
}

// Rules is a checked set of rules. The zero value holds none.
type Rules struct {
	byStage map[stage]Rule
	byID    map[string]Rule
}

type stage struct{ pipeline, stage int64 }

// RuleError says what is wrong with a rule of the configuration.
type RuleError struct {
	// Rule is the rule's id, Field the name of the field at fault.
	Rule, Field, Problem string
}

// Error names the rule, the field and the problem.
func (e *RuleError) Error() string {
	return fmt.Sprintf("rule %q: %s: %s", e.Rule, e.Field, e.Problem)
}

// NewRules fills in the defaults and checks the set: ids and triggers are unique. It returns a *RuleError.
func NewRules(rules ...Rule) (Rules, error) {
	set := Rules{byStage: make(map[stage]Rule, len(rules)), byID: make(map[string]Rule, len(rules))}
	for _, r := range rules {
		r = r.withDefaults()
		if err := r.check(); err != nil {
			return Rules{}, err
		}
		if _, taken := set.byID[r.ID]; taken {
			return Rules{}, &RuleError{r.ID, "ID", "is used by another rule"}
		}
		trigger := stage{r.Pipeline, r.Stage}
		if other, taken := set.byStage[trigger]; taken {
			return Rules{}, &RuleError{r.ID, "Stage", fmt.Sprintf("already triggers rule %q", other.ID)}
		}
		set.byID[r.ID], set.byStage[trigger] = r, r
	}
	return set, nil
}

// Rule returns the rule of that id.
func (s Rules) Rule(id string) (Rule, bool) {
	r, ok := s.byID[id]
	return r, ok
}

// At returns the rule that a stage triggers.
func (s Rules) At(pipelineID, stageID int64) (Rule, bool) {
	r, ok := s.byStage[stage{pipelineID, stageID}]
	return r, ok
}

func (r Rule) withDefaults() Rule {
	if r.Language == "" {
		r.Language = DefaultLanguage
	}
	if r.CardLanguage == "" {
		r.CardLanguage = r.Language
	}
	if r.Expiry == 0 {
		r.Expiry = DefaultExpiry
	}
	if r.Role == "" {
		r.Role = DefaultRole
	}
	if r.TitlePattern == "" {
		r.TitlePattern = DefaultTitle
	}
	if r.StageAfterCompletion == 0 {
		r.StageAfterCompletion = StageWon
	}
	if r.TaskDays == 0 {
		r.TaskDays = DefaultTaskDays
	}
	return r
}
