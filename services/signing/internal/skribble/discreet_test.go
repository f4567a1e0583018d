package skribble

import (
	"net/http"
	"strings"
	"testing"

	"github.com/countersign/countersign/services/signing/internal/providertest"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

func TestNoErrorTellsWhatIsPrivate(t *testing.T) {
	for _, status := range []int{400, 403, 409, 422, 500} {
		order := twoSigners(func(*signature.Signer) {})
		order.Title, order.CallbackToken, order.Envelope = "Dismissal of Grace", "planted-callback-token", "sr-1"
		vendor := &scripted{answer: func(w http.ResponseWriter, _ *http.Request) {
			refuseWith(w, status, "problem-with-message", "a.key", strings.Join(providertest.Private(order), " or "))
		}}
		provider := vendor.provider(t)
		provider.config.LookupGrace = 0
		providertest.Discreet(t, provider, order)
	}
}
