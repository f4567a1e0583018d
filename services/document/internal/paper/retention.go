package paper

import (
	"errors"
	"strings"
	"time"
)

// Period says how long documents of one kind are kept, in days of 24 hours from when they were archived.
type Period struct {
	// KeepDays is how long nobody can delete them; 0 means that there is no minimum.
	KeepDays int
	// DeleteAfterDays is when they are deleted by themselves; 0 means never.
	DeleteAfterDays int
}

// Check tells what is wrong with a period; the error begins with the setting's name.
func (p Period) Check() error {
	switch {
	case p.KeepDays < 0 || p.KeepDays > MostDays:
		return errKeep
	case p.DeleteAfterDays < 0 || p.DeleteAfterDays > MostDays:
		return errDelete
	case p.DeleteAfterDays > 0 && p.DeleteAfterDays < p.KeepDays:
		return errOrder
	}
	return nil
}

// MostDays bounds a period: more than a hundred years is a mistake.
const MostDays = 36_500

var (
	errKeep   = errors.New("keep_days: must be 0 to 36500")
	errDelete = errors.New("delete_after_days: must be 0 to 36500")
	errOrder  = errors.New("delete_after_days: must not be less than keep_days")
)

// Retention is the period of each kind; a kind without one has no minimum and is never deleted by itself.
type Retention map[Kind]Period

// RetainedError means that a document cannot be deleted now.
type RetainedError struct {
	// Until is when its retention ends; zero when that has ended or there is none.
	Until time.Time
	// LegalHold says that a hold forbids it, whatever the retention.
	LegalHold bool
}

func (e *RetainedError) Error() string {
	var why []string
	if e.LegalHold {
		why = append(why, "by a legal hold")
	}
	if !e.Until.IsZero() {
		why = append(why, "by its retention")
	}
	return "the document is kept " + strings.Join(why, " and ")
}

// RetainUntil is when a document's retention ends; zero when it has ended, or when the document is gone.
func (r Retention) RetainUntil(d Document, now time.Time) time.Time {
	days := r[d.Kind].KeepDays
	end := d.CreateTime.Add(time.Duration(days) * day)
	if days == 0 || !end.After(now) || !d.DeleteTime.IsZero() {
		return time.Time{}
	}
	return end
}

// Deletable tells whether a caller may delete a document now: nil, or a RetainedError. Only the document itself counts: who
// names the PDF that was sent may delete it before the signed one, knowing that the signed one cannot be compared with it
// any more.
func (r Retention) Deletable(d Document, now time.Time) error {
	until := r.RetainUntil(d, now)
	if until.IsZero() && !d.LegalHold {
		return nil
	}
	return &RetainedError{Until: until, LegalHold: d.LegalHold}
}

// Family is what the decision to delete by itself needs to know of documents that were made from one another and are still
// there: of each kind, when the newest one was archived, and whether any is under a legal hold.
type Family struct {
	Newest    map[Kind]time.Time
	LegalHold bool
}

// Due tells whether the members of a family are to be deleted by themselves now. They share the latest of their dates: the
// PDF that was sent is needed to verify the signed one, and both to read the audit trail and the evidence. So one member
// that is never deleted by itself, or is under a legal hold, keeps them all.
func (r Retention) Due(f Family, now time.Time) bool {
	for kind, newest := range f.Newest {
		days := r[kind].DeleteAfterDays
		if days == 0 || now.Before(newest.Add(time.Duration(days)*day)) {
			return false
		}
	}
	return len(f.Newest) > 0 && !f.LegalHold
}

// Cutoffs are, for each kind that is deleted by itself, the time at which a document must have been archived, or before,
// to be due now.
func (r Retention) Cutoffs(now time.Time) map[Kind]time.Time {
	out := map[Kind]time.Time{}
	for kind, period := range r {
		if period.DeleteAfterDays > 0 {
			out[kind] = now.Add(-time.Duration(period.DeleteAfterDays) * day)
		}
	}
	return out
}

const day = 24 * time.Hour

// Scrubbed is what stays of a document that is deleted: nothing that names a person or that a name could be guessed from.
// Its request id is the store's business.
func (d Document) Scrubbed(at time.Time) Document {
	out := Document{
		ID: d.ID, Kind: d.Kind, SHA256: d.SHA256, Size: d.Size, Pages: d.Pages, Parent: d.Parent, Language: d.Language,
		CreateTime: d.CreateTime, DeleteTime: at,
	}
	if d.Kind == KindRendered {
		out.Origin = d.Origin // the template; of others it is a caller's own word
	}
	return out
}
