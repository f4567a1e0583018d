package pipeline

import (
	"strings"
	"time"
	"unicode"
)

// Kommo's reserved stages: they exist under the same id in every pipeline.
const (
	StageWon  int64 = 142
	StageLost int64 = 143
)

// Deal is a deal as it was just read from the CRM.
type Deal struct {
	// Account is the CRM account's id, in decimal.
	Account string
	LeadID  int64
	Name    string
	// Price is a plain decimal such as "1200" or "1200.5", without a currency; empty when unknown.
	Price string
	// Currency of the account, ISO 4217.
	Currency          string
	PipelineID        int64
	StageID           int64
	ResponsibleUserID int64
	Deleted           bool
	// UpdateTime is when the deal changed last, by the CRM's clock, in whole seconds.
	UpdateTime time.Time
	// Ask numbers the times that data was missing, so that the same lack is asked for once each time.
	Ask int
	// StageEntryTime is when the deal last entered the stage it is in; zero when unknown. Reading it costs a call, so decide
	// without it first: only a decision for NotReentered or Unchanged can come out otherwise with it.
	StageEntryTime time.Time
	// Contact is the main contact; nil when the deal has none.
	Contact *Contact
	// Company is the name of the deal's company; empty when there is none.
	Company string
	// Fields holds the deal's custom fields as text, keyed by field id, and also by code in lower case or by the name's
	// lower-case letters and digits with underscores between its words, such as "start_date".
	Fields map[string]string
}

// Contact is the person who is asked to sign.
type Contact struct {
	ID int64
	// Name is the full name in one field; the CRM may hold it beside or instead of the two parts.
	Name      string
	FirstName string
	LastName  string
	Email     string
	// Phone as typed by a person.
	Phone string
	// Language is ISO 639-1 in lower case; empty when unknown.
	Language string
}

// names applies the policy of the package comment. An empty part is missing.
func (c Contact) names(level Level) (first, last string) {
	first, last = clean(c.FirstName), clean(c.LastName)
	if first != "" && last != "" || level == QES {
		return first, last
	}
	if words := strings.Fields(first); last == "" && len(words) == 2 {
		return words[0], words[1]
	}
	words := strings.Fields(clean(c.Name))
	if len(words) != 2 || first != "" && first != words[0] || last != "" && last != words[1] {
		return first, last
	}
	return words[0], words[1]
}

// clean drops control and text-direction characters and joins the words of s with single spaces.
func clean(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)
	}), " ")
}

// clip cleans s and cuts it to at most n characters.
func clip(s string, n int) string {
	runes := []rune(clean(s))
	if len(runes) <= n {
		return string(runes)
	}
	return strings.TrimSpace(string(runes[:n-1])) + "…"
}
