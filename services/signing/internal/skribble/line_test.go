package skribble_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/countersign/countersign/services/signing/internal/providertest"
	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/skribble"
	sim "github.com/countersign/countersign/services/sim/skribble"
)

// failure is what happens to one call.
type failure string

const (
	lostRequest  failure = "the request is lost"
	errorBefore  failure = "500 before the effect"
	errorAfter   failure = "500 after the effect"
	droppedAfter failure = "the connection drops after the effect"
	timedOut     failure = "no answer in time, after the effect"
	limited      failure = "429"
)

func failures() []failure {
	return []failure{lostRequest, errorBefore, errorAfter, droppedAfter, timedOut, limited}
}

// faultyLine strikes the nth call, and counts them.
type faultyLine struct {
	nth, count int
	with       failure
	calls      []string
}

func (l *faultyLine) RoundTrip(r *http.Request) (*http.Response, error) {
	l.count++
	l.calls = append(l.calls, r.Method+" "+r.URL.Path)
	struck := failure("")
	if l.count == l.nth {
		struck = l.with
	}
	switch struck {
	case lostRequest:
		return nil, errors.New("no route to host")
	case errorBefore:
		return answered(r, http.StatusInternalServerError), nil
	case limited:
		return answered(r, http.StatusTooManyRequests), nil
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if struck == "" || err != nil {
		return response, err
	}
	response.Body.Close()
	switch struck {
	case droppedAfter:
		return nil, io.ErrUnexpectedEOF
	case timedOut:
		return nil, context.DeadlineExceeded
	}
	return answered(r, http.StatusInternalServerError), nil
}

func answered(r *http.Request, status int) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("")), Request: r}
}

// wholeOrder wants everything that Skribble has.
func wholeOrder(correlation string) signature.Order {
	person := func(role, email string, group int) signature.Signer {
		return signature.Signer{
			Role: role, FirstName: "Anna", LastName: "Ott", Email: email, Phone: "+41791234567", Language: "fr", Order: group,
		}
	}
	own := person("Seller.1", holder, 2)
	own.OwnCompany = true
	order := signature.Order{
		Correlation: correlation, CallbackToken: "dG9rZW4", Title: "Contract 7", Level: signature.AES, Legislation: signature.EIDAS,
		Language: "de", Text: signature.MailText{Message: "Bitte."}, Document: providertest.Document("Buyer Co. No-1", "second", "Seller.1"),
		Translations: map[string]signature.MailText{"fr": {Message: "Merci."}},
		Signers:      []signature.Signer{person("Buyer Co. No-1", "a@example.org", 1), person("second", "b@example.org", 1), own},
		Observers:    []signature.Observer{{Email: holder}},
		Attachments: []signature.Attachment{
			{FileName: "terms.pdf", Content: []byte("%PDF-1.7 terms")}, {FileName: "terms.pdf", Content: []byte("%PDF-1.7 more")},
		},
	}
	for _, s := range order.Signers {
		order.Fields = append(order.Fields, signature.Field{Role: s.Role, FormField: s.Role, Page: 1, Width: 180, Height: 60})
	}
	return order
}

// persist sends as a durable job does: what is unavailable as it was, what is unknown resumed.
func persist(t *testing.T, p *skribble.Provider, order signature.Order) signature.Envelope {
	t.Helper()
	resume := false
	for range 10 {
		envelope, err := p.Send(t.Context(), order, resume)
		if err == nil {
			return envelope
		}
		var unknown *signature.UnknownOutcomeError
		var unavailable *signature.UnavailableError
		if errors.As(err, &unknown) {
			resume = true
		} else if !errors.As(err, &unavailable) {
			t.Fatalf("failed for good: %v", err)
		}
	}
	t.Fatal("not sent in ten tries")
	return signature.Envelope{}
}

// made is a request as the simulator shows it.
type made struct {
	ID          string `json:"id"`
	Status      string `json:"status_overall"`
	Message     string `json:"message"`
	Signatures  []any  `json:"signatures"`
	Observers   []any  `json:"cc_email_addresses"`
	Attachments []any  `json:"attachments"`
}

// Whatever call fails, however: in the end one request lives, whole, and nobody was invited twice.
func TestNoFailureMakesTwoRequests(t *testing.T) {
	calls := struct{ staged, plain int }{}
	for name, count := range map[string]*int{"staged": &calls.staged, "plain": &calls.plain} {
		order := wholeOrder("count")
		if name == "plain" {
			order.Observers, order.Attachments = nil, nil
		}
		v, line := newVendor(t, sim.Settings{}), &faultyLine{}
		persist(t, newProvider(t, v.config(&http.Client{Transport: line})), order)
		*count = line.count
		for nth := 1; nth <= line.count; nth++ {
			for _, with := range failures() {
				strike(t, order, nth, with)
			}
		}
	}
	t.Logf("%d failures of each of %d calls with attachments and observers, and %d without", len(failures()), calls.staged, calls.plain)
	if calls.staged != 7 || calls.plain != 3 {
		t.Errorf("a sending takes %+v calls, want 7 staged and 3 plain, a login among them", calls)
	}
}

func strike(t *testing.T, order signature.Order, nth int, with failure) {
	t.Helper()
	v, line := newVendor(t, sim.Settings{}), &faultyLine{nth: nth, with: with}
	envelope := persist(t, newProvider(t, v.config(&http.Client{Transport: line})), order)
	var all []made
	v.control(t, http.MethodGet, "/requests", nil, &all)
	alive := 0
	for _, r := range all {
		if r.Status != "OPEN" {
			continue
		}
		alive++
		if r.ID != envelope.ID || len(r.Signatures) != len(order.Signers) || len(r.Observers) != len(order.Observers) ||
			len(r.Attachments) != len(order.Attachments) || r.Message != "Merci." {
			t.Errorf("call %d, %s: %+v lives", nth, with, r)
		}
	}
	var mails []struct{ Kind, To string }
	v.control(t, http.MethodGet, "/mails", nil, &mails)
	if alive != 1 || len(mails) != 2 {
		t.Errorf("call %d, %s: %d live requests of %d, mails %+v", nth, with, alive, len(all), mails)
	}
}
