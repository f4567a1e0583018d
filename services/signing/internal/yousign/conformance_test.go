package yousign_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/countersign/countersign/services/signing/internal/providertest"
	"github.com/countersign/countersign/services/signing/internal/yousign"
	sim "github.com/countersign/countersign/services/sim/yousign"
)

const apiKey = "a-key-nobody-may-read"

// vendor is a simulated Yousign on a port.
type vendor struct {
	url string
}

func newVendor(t *testing.T, adapt func(*sim.Config)) vendor {
	t.Helper()
	config := sim.Config{BaseURL: "http://localhost", APIKey: apiKey, Unlimited: true}
	if adapt != nil {
		adapt(&config)
	}
	simulator, err := sim.New(config)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(contract.Handler(t, simulator))
	t.Cleanup(func() {
		server.Close()
		simulator.Close()
	})
	return vendor{server.URL}
}

// call makes a call to the vendor or to its control API and decodes the answer into out, unless nil.
func (v vendor) call(t *testing.T, method, path string, in, out any) {
	t.Helper()
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			t.Fatal(err)
		}
	}
	request, err := http.NewRequestWithContext(t.Context(), method, v.url+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+apiKey)
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

// act makes the vendor do something to a request.
func (v vendor) act(t *testing.T, id, verb string, in any) {
	t.Helper()
	v.call(t, http.MethodPost, "/_sim/requests/"+id+"/"+verb, in, nil)
}

func (v vendor) config(client *http.Client) yousign.Config {
	return yousign.Config{
		BaseURL: v.url + "/v3", APIKey: apiKey, HTTPClient: client, CallsPerMinute: 1_000_000, CallsPerHour: 1_000_000,
	}
}

func newProvider(t *testing.T, config yousign.Config) *yousign.Provider {
	t.Helper()
	provider, err := yousign.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return provider
}

func TestProvider(t *testing.T) {
	providertest.Run(t, func(t *testing.T, client *http.Client) providertest.Fixture {
		return fixture(t, newVendor(t, nil), client)
	})
}

func fixture(t *testing.T, v vendor, client *http.Client) providertest.Fixture {
	bad := v.config(client)
	bad.APIKey = "an-old-key-nobody-may-read"
	nobody := map[string]string{}
	return providertest.Fixture{
		Provider:  newProvider(t, v.config(client)),
		Restarted: newProvider(t, v.config(client)),
		Look:      v.look,
		Advance:   v.advance,
		Observer:  "observer@example.org",
		Template: func(t *testing.T, roles ...string) string {
			return v.template(t, false, roles...)
		},
		BadCredentials: newProvider(t, bad),
		Secrets:        []string{apiKey, bad.APIKey},
		Sign:           func(t *testing.T, id string) { v.act(t, id, "sign", nobody) },
		Decline: func(t *testing.T, id, reason string) {
			v.act(t, id, "decline", map[string]string{"reason": reason})
		},
		Expire: func(t *testing.T, id string) { v.act(t, id, "expire", nobody) },
		Remove: func(t *testing.T, id string) {
			v.act(t, id, "expire", nobody)
			v.call(t, http.MethodDelete, "/v3/signature_requests/"+id+"?permanent_delete=true", nil, nil)
		},
		Alive: func(t *testing.T, correlation string) []string {
			var all []struct {
				ID         string `json:"id"`
				ExternalID string `json:"external_id"`
				Status     string `json:"status"`
			}
			v.call(t, http.MethodGet, "/_sim/requests", nil, &all)
			var alive []string
			for _, r := range all {
				if r.ExternalID == correlation && (r.Status == "ongoing" || r.Status == "draft") {
					alive = append(alive, r.ID)
				}
			}
			return alive
		},
	}
}
