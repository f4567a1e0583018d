package proof

import (
	"errors"

	"github.com/countersign/countersign/services/document/internal/pdf"
)

// checkChanges compares each signed state of the file with the next one and the last with the file as it is: between
// them only what signing itself needs may have changed.
func (e *examination) checkChanges() bool {
	for i, s := range e.signatures {
		f := Finding{Check: CheckChanges, Outcome: CheckPassed, Reason: "ONLY_PERMITTED",
			Detail: "nothing but what signing and validation need was added after the signature"}
		next, allowed := e.doc, map[int]bool{}
		if i+1 < len(e.signatures) {
			next, allowed = e.states[i+1], map[int]bool{e.signatures[i+1].contents.Start: true}
		}
		reason, err := e.compare(e.states[i], next, allowed)
		switch {
		case e.ctx.Err() != nil:
			f.Outcome, f.Reason = CheckIndeterminate, "CANCELED"
		case err != nil:
			f.Outcome, f.Reason = ofPDF(err)
		case reason == "" && s.forbidsMore(e.states[i]) && e.signedAgain(i):
			reason = "CERTIFICATION_FORBIDS_SIGNATURE"
		}
		if reason != "" {
			f.Outcome, f.Reason = CheckFailed, reason
		}
		if f.Outcome != CheckPassed {
			f.Detail = "the file was changed after the signature, or cannot be compared"
		}
		e.noteOn(i, f)
		if f.Outcome != CheckPassed {
			return false
		}
	}
	return true
}

func (e *examination) signedAgain(i int) bool {
	for _, s := range e.signatures[i+1:] {
		if !s.stamp {
			return true
		}
	}
	return false
}

// compare returns a reason when something else than signing distinguishes two states of one file. allowed holds the
// offsets of the signatures that may have come in between.
func (e *examination) compare(old, later *pdf.Document, allowed map[int]bool) (string, error) {
	if !later.Extends(old) {
		return "NOT_AN_UPDATE", nil
	}
	if old.Root() != later.Root() {
		return "CATALOG_REPLACED", nil
	}
	before, err := readForm(old)
	if err != nil {
		return "", err
	}
	after, err := readForm(later)
	if err != nil {
		return "", err
	}
	c := &comparison{
		old: old, later: later, before: before, after: after, allowed: allowed,
		rules: map[int]rule{}, touched: map[int]bool{},
	}
	if reason := c.prepare(); reason != "" {
		return reason, errors.Join(old.Err(), later.Err())
	}
	reason, err := c.walk(e.ctx)
	return reason, errors.Join(err, old.Err(), later.Err())
}
