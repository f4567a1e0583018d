package signature_test

import (
	"testing"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

func TestNext(t *testing.T) {
	with := func(r signature.Request, change func(*signature.Request)) signature.Request {
		change(&r)
		return r
	}
	withdrawn := func(r *signature.Request) { r.Withdrawal = signature.WithdrawnByCaller }
	attempted := func(r *signature.Request) { r.SendAttempted = true }
	ready := func(r *signature.Request) { r.Document = "documents/d1" }
	reopen := func(r *signature.Request) { r.Reactivate = true }
	templated := func(r *signature.Request) { r.Source = signature.Source{ProviderTemplate: "t1"} }
	bare := func(r *signature.Request) { r.Document = "" }
	unhad := func(r *signature.Request) { r.NoSentDocument = true }
	now, late := at(5), expiry()
	for _, c := range []struct {
		name string
		r    signature.Request
		now  time.Time
		want signature.Step
	}{
		{"accepted", preparing(), now, signature.StepPrepare},
		{"prepared", with(preparing(), ready), now, signature.StepSend},
		{"accepted, withdrawn", with(preparing(), withdrawn), now, signature.StepEnd},
		{"prepared, withdrawn", with(with(preparing(), ready), withdrawn), now, signature.StepEnd},
		{"accepted, out of time", preparing(), late, signature.StepEnd},
		{"a moment before", preparing(), late.Add(-time.Nanosecond), signature.StepPrepare},
		{"maybe sent", with(with(preparing(), ready), attempted), now, signature.StepSend},
		{"maybe sent, withdrawn", with(with(preparing(), attempted), withdrawn), now, signature.StepFind},
		{"maybe sent, out of time", with(preparing(), attempted), late, signature.StepFind},
		{"out", sent(), now, signature.StepRead},
		{"out, a moment before", sent(), late.Add(-time.Nanosecond), signature.StepRead},
		{"out, out of time", sent(), late, signature.StepWithdraw},
		{"out, withdrawn", with(sent(), withdrawn), now, signature.StepWithdraw},
		{"signed", signed(), now, signature.StepArchive},
		{"signed, out of time", signed(), late, signature.StepArchive},
		{"half archived", kept(), now, signature.StepArchiveTrail},
		{"archived", archived(), late, signature.StepProve},
		{"to be opened again", with(with(preparing(), ready), reopen), now, signature.StepReactivate},
		{"maybe opened again", with(with(preparing(), attempted), reopen), now, signature.StepReactivate},
		{"maybe opened again, withdrawn", with(with(with(preparing(), attempted), reopen), withdrawn), now, signature.StepFind},
		{"to be opened again, out of time", with(preparing(), reopen), late, signature.StepEnd},
		{"of the vendor's template", with(preparing(), templated), now, signature.StepSend},
		{"out, of the vendor's template", with(with(sent(), templated), bare), now, signature.StepKeepSent},
		{"out, of the vendor's template, withdrawn", with(with(with(sent(), templated), bare), withdrawn), now, signature.StepWithdraw},
		{"out, of the vendor's template, never to be had", with(with(with(sent(), templated), bare), unhad), now, signature.StepRead},
		{"completed", ended(signature.Completed), late, signature.StepNone},
		{"a state nobody knows", ended("PURPLE"), now, signature.StepNone},
	} {
		if got := signature.Next(c.r, c.now); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestEveryStepIsDescribed: whoever asks why a request waits gets an answer, except when it does not.
func TestEveryStepIsDescribed(t *testing.T) {
	seen := map[string]signature.Step{}
	for _, step := range []signature.Step{
		signature.StepPrepare, signature.StepSend, signature.StepRead, signature.StepWithdraw, signature.StepArchive,
		signature.StepArchiveTrail, signature.StepProve, signature.StepEnd, signature.StepFind,
		signature.StepReactivate, signature.StepKeepSent,
		signature.StepUpdateSigner, signature.StepRemind,
	} {
		text := step.Describe()
		if first, taken := seen[text]; taken || text == "" {
			t.Errorf("%s is described as %q, as is %s", step, text, first)
		}
		seen[text] = step
	}
	if text := signature.StepNone.Describe(); text != "" {
		t.Errorf("an ended request waits for %q", text)
	}
}
