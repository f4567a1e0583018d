package proof

import (
	"errors"
	"fmt"

	"github.com/countersign/countersign/services/document/internal/pdf"
)

// change is one way in which a state of the file differs from an earlier one and may not.
type change struct {
	// reason is empty when there is no such change.
	reason string
	// number is that of the object that changed, 0 when it is about the file as a whole.
	number int
	// origin is where that object belongs.
	origin origin
	// leeway says that there is none only because a certification permits what was filled in or noted.
	leeway bool
	// covered says that there is none, but that the signature that came in is drawn over much of a page.
	covered bool
}

// addedAsPermitted is the reason of what people filled in or noted because a certification permits it. The signature stays
// valid (ISO 32000-1, 12.8.2.2); but the file is then no longer what was sent.
const addedAsPermitted = "CONTENT_ADDED_AS_PERMITTED"

// String names the object by numbers and the words of this package; nothing of the file is quoted.
func (c change) String() string {
	if c.number == 0 {
		return "the file as a whole"
	}
	at := fmt.Sprintf("object %d", c.number)
	if c.origin.page > 0 {
		at += fmt.Sprintf(", page %d", c.origin.page)
	}
	return at + ": " + c.origin.kind.words()
}

// checkChanges compares each signed state of the file with the next one and the last with the file as it is: between
// them only what signing itself needs, and what the signatures allow, may have changed.
func (e *examination) checkChanges() bool {
	for i := range e.signatures {
		f := Finding{Check: CheckChanges, Outcome: CheckPassed, Reason: "ONLY_PERMITTED",
			Detail: "nothing but what signing, validation and the signatures allow was added after the signature"}
		found, err := e.changesAfter(i)
		switch {
		case e.ctx.Err() != nil:
			f.Outcome, f.Reason, f.Detail = CheckIndeterminate, "CANCELED", "the verification was cut short"
		case err != nil:
			f.Outcome, f.Reason = ofPDF(err)
			f.Detail = "what was added after the signature cannot be read, or may be read in more than one way"
		case found.reason != "":
			f.Outcome, f.Reason = CheckFailed, found.reason
			f.Detail = "the file was changed after the signature: " + found.String()
		case found.leeway:
			e.added = true
			f.Reason = addedAsPermitted
			f.Detail = "fields were filled in or comments made after the signature, as its certification permits: who signed before " +
				"has not seen that"
		case found.covered:
			f.Outcome, f.Reason, f.Detail = CheckIndeterminate, coversPage, coversPageDetail
		}
		e.noteOn(i, f)
		if f.Outcome != CheckPassed {
			return false
		}
	}
	return true
}

// changesAfter compares the file as the i-th signature signed it with the file as the next one did, or as it is.
func (e *examination) changesAfter(i int) (change, error) {
	state, err := e.state(i)
	if err != nil {
		return change{}, err
	}
	if i+1 == len(e.signatures) {
		return e.compare(state, e.doc, -1, e.policyAfter(i, state))
	}
	next, err := e.state(i + 1)
	if err != nil {
		return change{}, err
	}
	signature := e.signatures[i+1]
	found, err := e.compare(state, next, signature.contents.Start, e.policyAfter(i, state))
	found.covered = err == nil && found.reason == "" && covers(next, signature.field)
	return found, err
}

// compare looks for a change between two states of one file that the policy does not allow. came is the offset of the
// signature that came in between, -1 for none.
func (e *examination) compare(old, later *pdf.Document, came int, p policy) (change, error) {
	strict := p
	strict.leeway = min(p.leeway, signaturesOnly)
	found, err := e.compareUnder(old, later, came, strict)
	if err == nil && found.reason != "" && p.leeway > signaturesOnly {
		found, err = e.compareUnder(old, later, came, p)
		found.leeway = found.reason == ""
	}
	if err == nil && found.reason == "" {
		err = later.Unambiguous(old)
	}
	return found, err
}

func (e *examination) compareUnder(old, later *pdf.Document, came int, p policy) (change, error) {
	if !later.Extends(old) {
		return change{reason: "NOT_AN_UPDATE"}, nil
	}
	if old.Root() != later.Root() {
		return change{reason: "CATALOG_REPLACED"}, nil
	}
	before, err := readForm(old)
	if err != nil {
		return change{}, err
	}
	after, err := readForm(later)
	if err != nil {
		return change{}, err
	}
	c := &comparison{
		old: old, later: later, before: before, after: after, came: came, policy: p,
		rules: map[int]rule{}, parts: map[int]part{}, touched: map[int]bool{},
	}
	found := c.prepare()
	if found.reason == "" {
		found, err = c.walk(e.ctx)
	}
	if found.reason != "" {
		c.place(&found)
	}
	return found, errors.Join(err, old.Err(), later.Err())
}
