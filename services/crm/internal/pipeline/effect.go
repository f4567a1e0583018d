package pipeline

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Kind is what an effect does to the card.
type Kind string

// The kinds of effects.
const (
	KindNote  Kind = "note"
	KindTask  Kind = "task"
	KindField Kind = "field"
	// KindFile attaches the signed document.
	KindFile Kind = "file"
	// KindStage moves the deal.
	KindStage Kind = "stage"
)

// CardField is the code of a custom field that is ours.
type CardField string

// The fields on the card.
const (
	CardRequestID CardField = "SIGN_REQUEST_ID"
	CardStatus    CardField = "SIGN_STATUS"
)

// Status is what CardStatus shows. It is the same in every language, so that the CRM's own filters and automations can rely
// on it.
type Status string

// The statuses.
const (
	StatusMissingData Status = "Data missing"
	StatusPreparing   Status = "Preparing"
	StatusSent        Status = "Sent"
	StatusCompleted   Status = "Completed"
	StatusDeclined    Status = "Declined"
	StatusExpired     Status = "Expired"
	StatusCanceled    Status = "Canceled"
	StatusRefused     Status = "Refused"
	StatusProofFailed Status = "Proof failed"
)

// Effect is one thing that must appear on a deal's card exactly once.
type Effect struct {
	// Key is the effect's identity: the same effect always has the same key, and no two effects share one.
	Key  string
	Kind Kind

	// Text of a note or task: one line of plain text that ends in the key's Reference in square brackets.
	Text string
	// Due and ResponsibleUserID are a task's; 0 is the deal's responsible user.
	Due               time.Time
	ResponsibleUserID int64
	// Field and Value are what a field is set to.
	Field CardField
	Value string
	// FileName of a file, with its extension.
	FileName string
	// PipelineID and StageID are where the deal goes.
	PipelineID, StageID int64
}

// Reference returns the short mark, such as "CS-7Q4K2M", by which a note or task is found again at the CRM. It is made of
// 30 bits of the key's hash: enough among the notes of one deal.
func Reference(key string) string {
	sum := sha256.Sum256([]byte(key))
	return "CS-" + base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").EncodeToString(sum[:5])[:6]
}

func attemptKey(account string, leadID int64, rule string, attempt int) string {
	return fmt.Sprintf("%s/%d/%s/%d", account, leadID, rule, attempt)
}

func (s Subject) key() string {
	return attemptKey(s.Account, s.LeadID, s.Rule.ID, s.Attempt)
}

// reference marks the whole attempt.
func (s Subject) reference() string { return Reference(s.key()) }

func (s Subject) effect(kind Kind, name string, set func(*Effect)) Effect {
	e := Effect{Key: s.key() + "/" + string(kind) + "/" + name, Kind: kind}
	set(&e)
	return e
}

func (s Subject) status(value Status) Effect {
	name := "status/" + strings.ReplaceAll(strings.ToLower(string(value)), " ", "_")
	return s.effect(KindField, name, func(e *Effect) { e.Field, e.Value = CardStatus, string(value) })
}

func (s Subject) note(pattern, name string, event Event) Effect {
	return s.effect(KindNote, name, func(e *Effect) { e.Text = s.text(pattern, e.Key, event) })
}

func (s Subject) task(pattern, name string, event Event) Effect {
	return s.effect(KindTask, name, func(e *Effect) {
		e.Text = s.text(pattern, e.Key, event)
		e.Due = businessDays(event.Time, s.Rule.TaskDays)
		e.ResponsibleUserID = s.ResponsibleUserID
	})
}

// missingData is the one task that asks for the fields. Its key holds them, so that a second gap makes a second task, and
// the ask's number, so that the same gap of another time does.
func (s Subject) missingData(ask int, missing []Field, at time.Time) Effect {
	t := phrasesIn(s.Rule.CardLanguage)
	names, codes := make([]string, len(missing)), make([]string, len(missing))
	for i, field := range missing {
		names[i], codes[i] = t.field(field), string(field)
	}
	slices.Sort(codes)
	pattern := fill(t.missingTask, map[string]string{"fields": strings.Join(names, ", ")})
	return s.task(pattern, fmt.Sprintf("missing/%d/%s", ask, strings.Join(codes, "+")), Event{Time: at})
}

// businessDays returns the time n days later, Saturdays and Sundays not counted.
func businessDays(t time.Time, n int) time.Time {
	for n > 0 {
		t = t.AddDate(0, 0, 1)
		if t.Weekday() != time.Saturday && t.Weekday() != time.Sunday {
			n--
		}
	}
	return t
}

// fileName makes a name that is safe on every file system; the reference tells the files of two attempts apart.
func fileName(title, reference string) string {
	base := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) {
			return '-'
		}
		return r
	}, clip(title, 80))
	return strings.TrimSpace(strings.Trim(base, ".")+" "+reference) + ".pdf"
}
