package skribble_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/countersign/countersign/services/signing/internal/providertest"
	"github.com/countersign/countersign/services/signing/internal/signature"
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
