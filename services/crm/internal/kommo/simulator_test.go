package kommo

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/countersign/countersign/services/sim/clock"
	sim "github.com/countersign/countersign/services/sim/kommo"
)

// account is the client beside a simulated account that is handled through its control API.
type account struct {
	*Client
	t   *testing.T
	url string
	clk *clock.Clock
}

func newAccount(t *testing.T, change func(*sim.Config)) account {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	config := sim.Config{BaseURL: "http://" + server.Listener.Addr().String(), Clock: clock.New(0), Token: "s3cret"}
	if change != nil {
		change(&config)
	}
	simulator, err := sim.New(config)
	if err != nil {
		t.Fatal(err)
	}
	server.Config.Handler = simulator
	server.Start()
	t.Cleanup(func() {
		simulator.Close()
		server.Close()
		config.Clock.Close()
	})
	return account{newClient(t, server.URL), t, server.URL, config.Clock}
}

// control makes a control call and returns its answer.
func (a account) control(method, path, body string) map[string]any {
	a.t.Helper()
	request, err := http.NewRequestWithContext(a.t.Context(), method, a.url+"/_sim/"+path, strings.NewReader(body))
	if err != nil {
		a.t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		a.t.Fatal(err)
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode >= 300 {
		a.t.Fatalf("%s %s: %d %s %v", method, path, answer.StatusCode, raw, err)
	}
	var out map[string]any
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &out); err != nil {
			a.t.Fatal(err)
		}
	}
	return out
}

func id(v any) int64 { return int64(v.(float64)) }

// deal makes a contact, a company and a lead in the stage "New".
func (a account) deal() int64 {
	a.t.Helper()
	contact := a.control("POST", "contacts", `{"first_name":"Ana","last_name":"Roth","email":"ana@roth.example","phone":"+41 79 123 45 67","fields":{"Language":"Deutsch"}}`)
	company := a.control("POST", "companies", `{"name":"Roth Holding"}`)
	lead := a.control("POST", "leads", fmt.Sprintf(
		`{"name":"Roth AG","price":1200,"stage":"New","contact_ids":[%d],"company_ids":[%d],"fields":{"Contract type":"NDA"}}`,
		id(contact["id"]), id(company["id"])))
	return id(lead["id"])
}
