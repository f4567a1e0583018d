package yousign

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// TestAVendorMayKeepTheSecretToItself, but not have another one than was asked for.
func TestAVendorMayKeepTheSecretToItself(t *testing.T) {
	want := WantedSubscription("eu", "https://gateway.example/webhooks/yousign/token", strings.Repeat("s", 32), false)
	for told, fine := range map[string]bool{"": true, want.SecretKey: true, strings.Repeat("x", 32): false} {
		made := want
		made.ID, made.SecretKey = "w-1", told
		body, err := json.Marshal(made)
		if err != nil {
			t.Fatal(err)
		}
		path := strings.TrimSuffix(root, "/signature_requests") + "/webhooks"
		vendor := script(t, map[string]http.HandlerFunc{"POST " + path: say(201, string(body))})
		if err := vendor.provider().Subscribe(t.Context(), SubscriptionPlan{}, want); (err == nil) != fine {
			t.Errorf("a secret of %d characters is told: %v", len(told), err)
		}
	}
}
