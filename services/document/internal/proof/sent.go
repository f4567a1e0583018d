package proof

import (
	"bytes"

	"github.com/countersign/countersign/services/document/internal/pdf"
)

// checkSent asks whether what was signed is what was sent. Most providers append to the file they got; then the first
// signed state may differ from it only as signing needs. Others write the file anew; then every page must look the same.
func (e *examination) checkSent() bool {
	if e.request.Sent == nil {
		e.note(CheckSentContent, CheckNotApplicable, notAsked, "no document was given to compare the signed one with")
		return true
	}
	f := Finding{Check: CheckSentContent, Outcome: CheckFailed}
	f.Outcome, f.Reason = e.compareSent()
	if f.Outcome == CheckPassed && e.added {
		f.Outcome, f.Reason = CheckIndeterminate, addedAsPermitted
	}
	switch f.Outcome {
	case CheckPassed:
		f.Detail = "the signed file holds the document that was sent"
	case CheckFailed:
		f.Detail = "the signed file does not hold the document that was sent"
	default:
		f.Detail = "it cannot be decided whether the signed file holds the document that was sent"
	}
	e.noteOn(-1, f)
	return f.Outcome != CheckFailed
}

func (e *examination) compareSent() (Outcome, string) {
	sent, err := pdf.OpenWithin(e.request.Sent, limits(1))
	state, failed := e.state(0)
	if err != nil || failed != nil {
		return CheckIndeterminate, "SENT_DOCUMENT_UNREADABLE"
	}
	if first := e.signatures[0]; len(e.request.Sent) <= first.end && bytes.HasPrefix(e.request.Signed, e.request.Sent) {
		found, err := e.compare(sent, state, first.contents.Start, policy{leeway: signaturesOnly})
		if err == nil && found.reason == "" && !covers(state, first.field) {
			return CheckPassed, "SENT_BYTES_KEPT"
		}
	}
	if e.ctx.Err() != nil {
		return CheckIndeterminate, "CANCELED"
	}
	was, err := readForm(sent)
	if err != nil {
		return CheckIndeterminate, "SENT_DOCUMENT_UNREADABLE"
	}
	shown := e.doc
	if e.added {
		shown = state // what was added since is known to differ, and told
	}
	is, err := readForm(shown)
	if err != nil {
		return CheckFailed, "FILE_MALFORMED"
	}
	l := &likeness{a: sent, b: shown, was: was, is: is, seen: map[[2]pdf.Ref]bool{}}
	reason := l.documents()
	switch {
	case sent.Err() != nil:
		return CheckIndeterminate, "SENT_DOCUMENT_UNREADABLE"
	case shown.Err() != nil:
		return ofPDF(shown.Err())
	case l.tooMuch || reason != "" && l.unread:
		return CheckIndeterminate, "FILE_TOO_COMPLEX"
	case reason == "" && l.added:
		return CheckIndeterminate, "PAGE_CONTENT_ADDED"
	case reason == "":
		return e.checkRewritten()
	}
	return CheckFailed, reason
}

// checkRewritten holds a file that was written anew, and shows what was sent, to what compare asks of an update.
func (e *examination) checkRewritten() (Outcome, string) {
	for _, s := range e.signatures {
		if covers(e.doc, s.field) {
			return CheckIndeterminate, coversPage
		}
	}
	state, err := e.state(0)
	if err == nil {
		err = state.Unambiguous(nil)
	}
	if err != nil {
		return ofPDF(err)
	}
	return CheckPassed, "PAGES_IDENTICAL"
}
