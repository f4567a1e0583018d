package jobs

import (
	"slices"
	"strings"
	"testing"

	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/crm/internal/pipeline"
	sim "github.com/countersign/countersign/services/sim/kommo"
)

// A new event of the contract is either shown on the card or passed over on purpose.
func TestEveryEventIsShownOrPassedOver(t *testing.T) {
	t.Parallel()
	for value, name := range signingv1.Event_Type_name {
		if _, known := kinds()[strings.TrimPrefix(name, "TYPE_")]; known != (value != 0) {
			t.Errorf("%s: in the table is %v", name, known)
		}
	}
	if len(kinds()) != len(signingv1.Event_Type_name)-1 {
		t.Errorf("%d kinds of %d events", len(kinds()), len(signingv1.Event_Type_name)-1)
	}
}

// What each reason of the contract has a person told: the words of a refusal's task, or of an end that somebody else
// brought about. The others are answers to calls that a card never hears of.
func TestEveryReasonHasWords(t *testing.T) {
	t.Parallel()
	const (
		name, email, phone = "first and last name", "contact's e-mail address", "mobile number"
		level, document    = "requested kind of signature", "document or its title"
		setup, nobody      = "setup needs attention", "No provider can take it"
		contact            = "check the contact's data"
	)
	refusals := map[string]string{
		"SIGNER_NAME_INVALID": name, "SIGNER_EMAIL_INVALID": email, "SIGNER_PHONE_REQUIRED": phone,
		"LEVEL_NOT_OFFERED": level, "LEGISLATION_NOT_OFFERED": level, "AUTHENTICATION_NOT_OFFERED": level,
		"LANGUAGE_NOT_OFFERED": level, "ORDER_NOT_OFFERED": level, "VERDICT_NOT_OFFERED": level,
		"DOCUMENT_TOO_LARGE": document, "DOCUMENT_REJECTED": document, "SIGNATURE_FIELD_MISSING": document,
		"TITLE_INVALID": document, "TEMPLATE_REJECTED": document, "DOCUMENT_DELETED": document, "MESSAGE_INVALID": document,
		"PROVIDER_UNKNOWN": setup, "PROVIDER_MISCONFIGURED": setup, "TOO_MANY_SIGNERS": setup, "EXPIRY_INVALID": setup,
		"SUBJECT_NOT_OFFERED": setup, "TRANSLATION_NOT_OFFERED": setup, "BRAND_NOT_OFFERED": setup,
		"REDIRECT_NOT_OFFERED": setup, "OBSERVER_NOT_OFFERED": setup, "ATTACHMENT_NOT_OFFERED": setup,
		"TEMPLATE_NOT_OFFERED": setup, "PROVIDER_TEMPLATE_REJECTED": setup, "DELIVERY_NOT_OFFERED": setup,
		"REMINDER_NOT_OFFERED": setup, "REGION_NOT_OFFERED": setup,
		"NO_PROVIDER": nobody, "PROVIDER_REJECTED": contact, "INVALID_REQUEST": contact,
	}
	ends := map[string]string{
		"WITHDRAWN_AT_PROVIDER": "withdrawn at Yousign itself", "ENVELOPE_VANISHED": "no longer exists at Yousign",
		"PROVIDER_FAILED": "failure at Yousign", "SIGNERS_DIFFER": "Other people have signed",
		"LEVEL_LOWERED": "lower level", "PROOF_INSUFFICIENT": "does not prove", "DOCUMENT_DELETED": "no longer in the archive",
	}
	unheard := []string{
		"UNSPECIFIED", "SIGNATURE_REQUEST_NOT_FOUND", "REQUEST_ID_REUSED", "STATE_DOES_NOT_ALLOW", "NOT_SIGNED",
		"WEBHOOK_UNAUTHENTICATED", "WEBHOOK_MALFORMED", "INTERNAL", "SIGNER_NOT_FOUND", "SIGNER_STATE_DOES_NOT_ALLOW",
		"REMINDER_TOO_SOON", "NOT_OFFERED", "SIGNING_LINK_NOT_FOUND", "AUDIT_TRAIL_NOT_FOUND", "PROVIDER_UNAVAILABLE",
		"NOBODY_TO_REMIND", "CURSOR_BEYOND_LOG",
	}
	subject := pipeline.Subject{Rule: pipeline.Rule{CardLanguage: "en"}, Title: "NDA"}
	for _, full := range signingv1.ErrorReason_name {
		reason := strings.TrimPrefix(full, "ERROR_REASON_")
		refusal, refused := refusals[reason]
		end, ended := ends[reason]
		if !refused && !ended && !slices.Contains(unheard, reason) {
			t.Errorf("%s is in no table", reason)
		}
		if text := task(subject, pipeline.EventRefused, reason); refused && !strings.Contains(text, refusal) {
			t.Errorf("%s as a refusal: %q, want %q", reason, text, refusal)
		}
		for _, kind := range []pipeline.EventKind{pipeline.EventCanceled, pipeline.EventProofFailed} {
			if text := task(subject, kind, reason); ended && !strings.Contains(text, end) {
				t.Errorf("%s of %s: %q, want %q", reason, kind, text, end)
			}
		}
	}
}

// task is the text of the task that an event puts on a card.
func task(s pipeline.Subject, kind pipeline.EventKind, reason string) string {
	for _, e := range pipeline.OnEvent(s, pipeline.Event{Kind: kind, Cause: reason, Provider: "yousign"}) {
		if e.Kind == pipeline.KindTask {
			return e.Text
		}
	}
	return ""
}

// An event, and a state, of a contract newer than this program changes nothing and holds nothing up.
func TestAnUnknownEventIsPassedOver(t *testing.T) {
	t.Parallel()
	atDesk(t, func(d *desk) {
		lead := d.started(sim.StageSendSkribble)
		d.tell(lead, "NEWS_OF_TOMORROW", "OUT_FOR_SIGNATURE", nil)
		d.tell(lead, "99", "98", nil)
		d.tell(lead, "SIGNER_CHANGED_AT_PROVIDER", "OUT_FOR_SIGNATURE", about("customer"))
		d.settle()
		if notes := d.card(lead).notes(); len(notes) != 1 || !strings.Contains(notes[0], "was changed at Skribble itself") {
			d.Errorf("notes %q", notes)
		}
	})
}

// A rule without a provider leaves the choice to signing, and says nothing of one.
func TestARuleMayNameNoProvider(t *testing.T) {
	t.Parallel()
	atDesk(t, func(d *desk) {
		lead := d.started(sim.StageSendSkribble)
		attempt := d.attempts(lead)[0]
		if got := request(attempt).GetSignatureRequest().GetProvider(); got != "providers/skribble" {
			d.Errorf("a rule with a provider asks for %q", got)
		}
		attempt.Plan.Provider = ""
		if got := request(attempt).GetSignatureRequest().GetProvider(); got != "" {
			d.Errorf("a rule without a provider asks for %q", got)
		}
	})
}
