package skribble

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// A draft that lacks what was ordered is removed before anybody was invited.
func TestADraftThatIsNotAsOrderedInvitesNobody(t *testing.T) {
	for _, c := range []struct {
		name, draft string
		want        signature.RefusalReason
	}{
		{"an observer was dropped", draftRow("", terms), signature.ReasonObserverNotOffered},
		{"an attachment was dropped", draftRow(boss, ""), signature.ReasonAttachmentNotOffered},
		{"an attachment was renamed", draftRow(boss, `{"filename":"t.pdf"}`), signature.ReasonAttachmentNotOffered},
	} {
		vendor := newStaging()
		vendor.draft = c.draft
		_, err := vendor.provider(t).Send(t.Context(), stagedOrder(), false)
		var rejected *signature.RejectedError
		if !errors.As(err, &rejected) || rejected.Reason != c.want || rejected.Detail == "" {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
		calls := strings.Join(vendor.calls, " ")
		if strings.Contains(calls, "PUT") || !strings.HasSuffix(calls, "DELETE /v2/signature-requests/sr-1") {
			t.Errorf("%s: %s", c.name, calls)
		}
	}
}

// An attachment that came through twice is not shown twice: the draft goes, and the next attempt starts anew.
func TestADraftWithTooMuchStartsAnew(t *testing.T) {
	vendor := newStaging()
	vendor.draft = draftRow(boss, terms+","+terms)
	_, err := vendor.provider(t).Send(t.Context(), stagedOrder(), false)
	var unknown *signature.UnknownOutcomeError
	if !errors.As(err, &unknown) || !errors.Is(err, errNotIntact) {
		t.Errorf("%v, want unknown", err)
	}
	if strings.Contains(strings.Join(vendor.calls, " "), "PUT") {
		t.Errorf("somebody was invited: %v", vendor.calls)
	}
}

func TestAHalfMadeRequestIsNotFoundAndGoes(t *testing.T) {
	vendor := newStaging()
	vendor.list = "[" + vendor.draft + "]"
	order := anOrder() // what is looked for has no attachments at hand
	_, err := vendor.provider(t).Find(t.Context(), order)
	want := []string{
		"GET /v2/signature-requests", "GET /v2/signature-requests/sr-1", "DELETE /v2/signature-requests/sr-1",
		"GET /v2/signature-requests/sr-1", "DELETE /v2/signature-requests/sr-1",
	}
	if diff := cmp.Diff(want, vendor.calls); diff != "" || !errors.Is(err, signature.ErrNoEnvelope) {
		t.Errorf("%v, calls (-want +got):\n%s", err, diff)
	}
}

// A draft that is on its way out does not stand for the order.
func TestAWithdrawnDraftCountsAsNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		vendor := newStaging()
		withdrawn := strings.Replace(draftRow(boss, ""), "OPEN", "WITHDRAWN", 1)
		vendor.list = "[" + withdrawn + "]"
		envelope, err := vendor.provider(t).Send(t.Context(), stagedOrder(), true)
		if err != nil || envelope.State != signature.EnvelopeOpen || !slices.Contains(vendor.calls, "POST /v2/signature-requests") {
			t.Errorf("%+v, %v after %v", envelope, err, vendor.calls)
		}
	})
}

// A signature list that cannot be read is no empty one: a live request would be removed as a draft.
func TestARequestWithUnreadableSignersIsNoDraft(t *testing.T) {
	for _, signers := range []string{`{"a":1}`, `"none"`, `7`, `[7]`, `[` + strings.Repeat("{},", maxListed) + `{}]`} {
		vendor := newStaging()
		vendor.list = "[" + strings.Replace(vendor.draft, `"signatures":[]`, `"signatures":`+signers, 1) + "]"
		_, err := vendor.provider(t).Find(t.Context(), anOrder())
		var unavailable *signature.UnavailableError
		if !errors.As(err, &unavailable) || len(vendor.calls) != 1 {
			t.Errorf("%.20s: %v after %v", signers, err, vendor.calls)
		}
	}
	vendor := newStaging()
	vendor.list = "[" + strings.Replace(vendor.draft, `"signatures":[],`, "", 1) + "]"
	if got, err := vendor.provider(t).Find(t.Context(), anOrder()); err != nil || got.State != signature.EnvelopeOpen || len(vendor.calls) != 1 {
		t.Errorf("a request that tells no signers: %+v, %v after %v", got, err, vendor.calls)
	}
}

// Two attachments may have one name: each is counted.
func TestMissingAttachments(t *testing.T) {
	file := func(name, content string) signature.Attachment {
		return signature.Attachment{FileName: name, Content: []byte(content)}
	}
	order := signature.Order{Attachments: []signature.Attachment{file("a", "1"), file("b", "2"), file("a", "3")}}
	for held, want := range map[string]string{"": "123", "a": "23", "b": "13", "aa": "2", "aab": "", "aaab": "", "c": "123"} {
		var r request
		for _, name := range held {
			r.Attachments = append(r.Attachments, attachment{FileName: string(name)})
		}
		got := ""
		for _, a := range missing(order, r) {
			got += string(a.Content)
		}
		if got != want {
			t.Errorf("beside %q: %q is missing, want %q", held, got, want)
		}
	}
}

// An observer alone is reason enough to invite last: it may be dropped without a word.
func TestAnObserverIsAStage(t *testing.T) {
	vendor := newStaging()
	vendor.draft = draftRow(boss, "")
	order := stagedOrder()
	order.Attachments = nil
	if _, err := vendor.provider(t).Send(t.Context(), order, false); err != nil {
		t.Fatal(err)
	}
	want := slices.Delete(steps(), 2, 3)
	if diff := cmp.Diff(want, vendor.calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// Signers that an earlier attempt brought while this one was at work are not brought again.
func TestAnInvitationThatComesThroughLate(t *testing.T) {
	vendor := newStaging()
	vendor.list = "[" + vendor.draft + "]"
	answer := vendor.answer
	vendor.answer = func(w http.ResponseWriter, r *http.Request) {
		answer(w, r)
		if r.URL.Path == "/v2/signature-requests/sr-1" {
			vendor.draft = invitedRow
		}
	}
	envelope, err := vendor.provider(t).Send(t.Context(), stagedOrder(), true)
	if err != nil || len(envelope.Signers) != 1 || strings.Contains(strings.Join(vendor.calls, " "), "PUT") {
		t.Errorf("%+v, %v after %v", envelope, err, vendor.calls)
	}
}

// Beside a request that went out, a draft of the same order is an extra and goes.
func TestADraftBesideARequestGoes(t *testing.T) {
	vendor := newStaging()
	extra := strings.Replace(vendor.draft, "sr-1", "sr-0", 1)
	vendor.list = "[" + extra + "," + invitedRow + "]"
	answer, deleted := vendor.answer, false
	vendor.answer = func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path != "/v2/signature-requests/sr-0":
			answer(w, r)
		case deleted:
			refuseWith(w, http.StatusNotFound, "entity-not-found", "", "SignatureRequest not found")
		case r.Method == http.MethodDelete:
			deleted = true
		default:
			fmt.Fprint(w, extra)
		}
	}
	found, err := vendor.provider(t).Find(t.Context(), anOrder())
	if err != nil || found.ID != "sr-1" || !deleted {
		t.Errorf("found %q, %v after %v", found.ID, err, vendor.calls)
	}
}
