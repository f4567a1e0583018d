package kommo

import "time"

// The bounds of one hook. Kommo states none.
const (
	// MaxHookBytes is the largest body Decode takes: 10 MB.
	MaxHookBytes = 10_000_000
	maxItems     = 10_000
	maxUnknown   = 20
	maxSettings  = 50
	maxText      = 1_000
)

// Hook is what one webhook call points to.
type Hook struct {
	// AccountID and Subdomain are empty when the call does not say, as in Digital Pipeline hooks. They prove nothing.
	AccountID int64
	Subdomain string
	// Leads and Contacts are in the order of the call's own indices, group by group.
	Leads    []LeadHint
	Contacts []ContactHint
	// Settings are those of a widget's action in the Digital Pipeline, such as a template.
	Settings map[string]string
	// Unknown names the groups that were not read, such as "task".
	Unknown []string
	// Truncated means that items were left out because there were more than 10,000.
	Truncated bool
}

// LeadHint points to a lead. Fields that were not sent are zero.
type LeadHint struct {
	ID int64
	// Event is Kommo's word: add, update, status, responsible, delete, restore, note, or a Digital Pipeline type code such
	// as "lead_status_changed".
	Event         string
	StatusID      int64
	OldStatusID   int64
	PipelineID    int64
	OldPipelineID int64
	UpdateTime    time.Time
}

// ContactHint points to a contact or a company; Kommo sends both in one group.
type ContactHint struct {
	ID    int64
	Event string
	// Type is "contact" or "company"; empty when not sent.
	Type string
	// LeadIDs are linked leads, where Kommo sends them.
	LeadIDs []int64
}
