package skribble_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/countersign/countersign/services/signing/internal/providertest"
	"github.com/countersign/countersign/services/signing/internal/skribble"
	sim "github.com/countersign/countersign/services/sim/skribble"
)

const (
	liveUser = "api_production_sim"
	liveKey  = "a-key-nobody-may-read"
)

// vendor is a simulated Skribble on a port.
type vendor struct {
	url string
}

func newVendor(t *testing.T, settings sim.Settings) vendor {
	t.Helper()
	simulator, err := sim.New(sim.Config{
		Users:    map[string]string{liveUser: liveKey, "api_demo_sim": liveKey},
		Settings: settings,
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(simulator)
	t.Cleanup(func() {
		server.Close()
		simulator.Close()
	})
	return vendor{server.URL}
}

// control calls the simulator's control API and decodes its answer into out, unless nil.
func (v vendor) control(t *testing.T, method, path string, in, out any) {
	t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), method, v.url+"/_sim"+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode > 299 {
		t.Fatalf("%s %s: %d, %v: %s", method, path, response.StatusCode, err, answer)
	}
	if out != nil {
		if err := json.Unmarshal(answer, out); err != nil {
			t.Fatalf("%s %s: %v", method, path, err)
		}
	}
}

func (v vendor) config(client *http.Client) skribble.Config {
	return skribble.Config{
		BaseURL: v.url + "/v2", Username: liveUser, APIKey: liveKey, CallbackBase: "https://gateway.example.com",
		LookupGrace: 4 * time.Millisecond, CallsPerMinute: 1_000_000, HTTPClient: client,
	}
}

func newProvider(t *testing.T, config skribble.Config) *skribble.Provider {
	t.Helper()
	provider, err := skribble.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return provider
}

func TestProvider(t *testing.T) {
	for name, settings := range map[string]sim.Settings{
		"as documented":     {},
		"otherwise":         {HideCustom: true, FirstPage: 1, AuthStyle: "403", DeleteOK: true, UpdateOnLast: true},
		"strict about keys": {RejectUnknownFields: true},
	} {
		t.Run(name, func(t *testing.T) {
			providertest.Run(t, func(t *testing.T, client *http.Client) providertest.Fixture {
				return fixture(t, newVendor(t, settings), client)
			})
		})
	}
}

func fixture(t *testing.T, v vendor, client *http.Client) providertest.Fixture {
	bad := v.config(client)
	bad.APIKey = "an-old-key-nobody-may-read"
	act := func(t *testing.T, id, verb string, in any) {
		t.Helper()
		v.control(t, http.MethodPost, "/requests/"+id+"/"+verb, in, nil)
	}
	return providertest.Fixture{
		Provider:       newProvider(t, v.config(client)),
		BadCredentials: newProvider(t, bad),
		Secrets:        []string{liveKey, bad.APIKey},
		Sign:           func(t *testing.T, id string) { act(t, id, "sign", nil) },
		Decline: func(t *testing.T, id, reason string) {
			act(t, id, "decline", map[string]string{"message": reason})
		},
		Expire: func(t *testing.T, id string) { act(t, id, "expire", nil) },
		Remove: func(t *testing.T, id string) { act(t, id, "purge", nil) },
		Alive: func(t *testing.T, correlation string) []string {
			var all []struct {
				ID     string `json:"id"`
				Custom string `json:"custom"`
				Status string `json:"status_overall"`
			}
			v.control(t, http.MethodGet, "/requests", nil, &all)
			var alive []string
			for _, r := range all {
				if r.Custom == correlation && r.Status == "OPEN" {
					alive = append(alive, r.ID)
				}
			}
			return alive
		},
	}
}
