package yousign

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// TestATwinIsNoRequestOfAnOrderThatHasOne: what is known is read where the list does not show it, and the twin is ended.
func TestATwinIsNoRequestOfAnOrderThatHasOne(t *testing.T) {
	const known, twin = "GET " + root + "/sr-9", "POST " + one + "/cancel"
	kept := strings.ReplaceAll(anOngoing, "sr-1", "sr-9")
	for _, c := range []struct {
		answer http.HandlerFunc
		want   string
		calls  []string
	}{
		{say(200, kept), "sr-9", []string{"GET " + root, known, twin, known + "/signers"}},
		{say(404, problemJSON("resource.not_found", "x")), "none", []string{"GET " + root, known, twin}},
		{say(500, "{}"), "unavailable", []string{"GET " + root, known}},
	} {
		vendor := script(t, map[string]http.HandlerFunc{
			"GET " + root: say(200, `{"meta":{},"data":[`+anOngoing+`]}`), known: c.answer, twin: say(201, "{}"),
			known + "/signers": say(200, "["+aSigner+"]"),
		})
		order := anOrder()
		order.Envelope = "sr-9"
		envelope, err := vendor.provider().Find(t.Context(), order)
		got := envelope.ID
		if errors.Is(err, signature.ErrNoEnvelope) {
			got = "none"
		} else if err != nil {
			got = kind(err)
		}
		if diff := cmp.Diff(c.calls, vendor.calls); diff != "" || got != c.want {
			t.Errorf("%s (%v), want %s; calls (-want +got):\n%s", got, err, c.want, diff)
		}
	}
}

// TestAReminderThatTheAccountMayNotSend is no word on reminders: an operator mends the account.
func TestAReminderThatTheAccountMayNotSend(t *testing.T) {
	for status, want := range map[int]string{401: "unavailable", 403: "PROVIDER_MISCONFIGURED", 400: "REMINDER_NOT_OFFERED"} {
		vendor := script(t, map[string]http.HandlerFunc{
			theSigners: say(200, notifiedOne), theReminder: say(status, problemJSON("access.denied", "x")),
		})
		if err := vendor.provider().Remind(t.Context(), "sr-1", []string{"s-1"}); kind(err) != want {
			t.Errorf("%d: %v, want %s", status, err, want)
		}
	}
}

// TestAnOldOrderCanStillBeUpdated: how long it may run was judged when it was sent.
func TestAnOldOrderCanStillBeUpdated(t *testing.T) {
	order := sentOrder()
	order.CreateTime = time.Now().AddDate(-2, 0, 0)
	vendor := script(t, map[string]http.HandlerFunc{theSigner: say(500, "{}")})
	if _, err := vendor.provider().UpdateSigner(t.Context(), order, "client"); kind(err) != "unavailable" {
		t.Errorf("%v, want the vendor's failure", err)
	}
}
