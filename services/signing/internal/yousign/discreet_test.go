package yousign

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/countersign/countersign/services/signing/internal/providertest"
)

// transport answers every call alike.
type transport http.HandlerFunc

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) {
	recorder := httptest.NewRecorder()
	f(recorder, r)
	return recorder.Result(), nil
}

func TestNoErrorTellsWhatIsPrivate(t *testing.T) {
	for _, status := range []int{400, 403, 409, 422, 500} {
		order := sentOrder()
		order.Title, order.Envelope = "Dismissal of Grace", "sr-1"
		said := strings.Join(providertest.Private(order), " or ")
		provider, err := New(Config{
			BaseURL: "https://api.yousign.example/v3", APIKey: "k", CallsPerMinute: 1_000_000, CallsPerHour: 1_000_000,
			HTTPClient: &http.Client{Transport: transport(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(status)
				fmt.Fprintf(w, `{"type":"a.type","detail":%q,"invalid_params":[{"name":%q,"reason":%q}]}`, said, said, said)
			})},
		})
		if err != nil {
			t.Fatal(err)
		}
		providertest.Discreet(t, provider, order)
	}
}
