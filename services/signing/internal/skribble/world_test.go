package skribble_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/skribble"
	sim "github.com/countersign/countersign/services/sim/skribble"
)

// story is an order that was sent, with its provider and vendor.
type story struct {
	v     vendor
	p     *skribble.Provider
	order signature.Order
}

func newStory(t *testing.T, order signature.Order, config func(*skribble.Config)) story {
	t.Helper()
	v := newVendor(t, sim.Settings{RetentionDays: 30})
	c := v.config(http.DefaultClient)
	config(&c)
	s := story{v: v, p: newProvider(t, c), order: order}
	envelope, err := s.p.Send(t.Context(), order, false)
	if err != nil {
		t.Fatal(err)
	}
	s.adopt(envelope)
	return s
}

// adopt takes the envelope's ids over, as the service does.
func (s *story) adopt(envelope signature.Envelope) {
	s.order.Envelope = envelope.ID
	s.order.Signers = append([]signature.Signer{}, s.order.Signers...)
	for i := range s.order.Signers {
		s.order.Signers[i].ProviderID = envelope.Signers[i].ID
	}
}

func (s *story) act(t *testing.T, verb string, in any) {
	t.Helper()
	s.v.control(t, http.MethodPost, "/requests/"+s.order.Envelope+"/"+verb, in, nil)
}

func (s *story) read(t *testing.T) signature.Envelope {
	t.Helper()
	envelope, err := s.p.Read(t.Context(), s.order.Envelope)
	if err != nil {
		t.Fatal(err)
	}
	return envelope
}

// mailed are the addresses that got a kind of mail, in order.
func (s *story) mailed(t *testing.T, kind string) string {
	t.Helper()
	var mails []struct{ Kind, To string }
	s.v.control(t, http.MethodGet, "/mails", nil, &mails)
	var to []string
	for _, m := range mails {
		if m.Kind == kind {
			to = append(to, m.To)
		}
	}
	return strings.Join(to, " ")
}

func none(*skribble.Config) {}

// follow signs behind a link and returns where the browser is sent. The simulator's links name another port.
func (s *story) follow(t *testing.T, link string) string {
	t.Helper()
	parsed, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.v.url+parsed.Path+"/sign?"+parsed.RawQuery, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return response.Header.Get("Location")
}
