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
	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/skribble"
	sim "github.com/countersign/countersign/services/sim/skribble"
)

const (
	liveUser = "api_production_sim"
	demoUser = "api_demo_sim"
	liveKey  = "a-key-nobody-may-read"
	holder   = "holder@example.com" // has an account
)

// vendor is a simulated Skribble on a port.
type vendor struct {
	url string
}

func newVendor(t *testing.T, settings sim.Settings) vendor {
	t.Helper()
	simulator, err := sim.New(sim.Config{
		Users:    map[string]string{liveUser: liveKey, demoUser: liveKey},
		Settings: settings,
		Accounts: []sim.Account{
			{Email: holder, FirstName: "Hanna", LastName: "Halter"}, {Email: observer, FirstName: "Olga", LastName: "Observer"},
		},
	})
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

// control calls the simulator's control API and decodes its answer into out, unless nil.
func (v vendor) control(t *testing.T, method, path string, in, out any) {
	t.Helper()
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			t.Fatal(err)
		}
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
				v := newVendor(t, settings)
				return fixture(t, v, v.config(client))
			})
		})
	}
	t.Run("as a demo user", func(t *testing.T) {
		providertest.Run(t, func(t *testing.T, client *http.Client) providertest.Fixture {
			v := newVendor(t, sim.Settings{})
			config := v.config(client)
			config.Username, config.Sandbox = demoUser, true
			return fixture(t, v, config)
		})
	})
}

// What Skribble calls back must lead to the gateway's route, with the order's token and the request's id.
func TestCallbacks(t *testing.T) {
	called := make(chan string, 8)
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		called <- r.Method + " " + r.URL.Path
	}))
	t.Cleanup(gateway.Close)
	v := newVendor(t, sim.Settings{CallbackEncode: "amp"})
	config := v.config(http.DefaultClient)
	config.CallbackBase = gateway.URL
	envelope, err := newProvider(t, config).Send(t.Context(), signature.Order{
		Correlation: "deal-7-1", CallbackToken: "dG9rZW4", Title: "Contract 7",
		Level: signature.SES, Legislation: signature.EIDAS, Language: "de", Document: providertest.Document("client"),
		Signers: []signature.Signer{{Role: "client", FirstName: "Max", LastName: "Muster", Email: "max@example.org"}},
	}, false)
	if err != nil {
		t.Fatal(err)
	}
	v.control(t, http.MethodPost, "/requests/"+envelope.ID+"/sign", nil, nil)
	select {
	case got := <-called:
		if want := "POST /webhooks/skribble/success/dG9rZW4/" + envelope.ID; got != want {
			t.Errorf("called %s, want %s", got, want)
		}
	case <-time.After(10 * time.Second):
		t.Error("nobody was called back")
	}
}

func fixture(t *testing.T, v vendor, config skribble.Config) providertest.Fixture {
	bad := config
	bad.APIKey = "an-old-key-nobody-may-read"
	act := func(t *testing.T, id, verb string, in any) {
		t.Helper()
		v.control(t, http.MethodPost, "/requests/"+id+"/"+verb, in, nil)
	}
	return providertest.Fixture{
		Provider:       newProvider(t, config),
		Restarted:      newProvider(t, config),
		Look:           v.look,
		Advance:        v.advance,
		Observer:       observer,
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
