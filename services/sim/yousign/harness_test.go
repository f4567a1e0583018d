package yousign

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/services/sim/clock"
)

const testSecret = "0123456789abcdef0123456789abcdef"

// account is a running simulator with a receiver for its webhooks.
type account struct {
	t      *testing.T
	sim    *Simulator
	clock  *clock.Clock
	server *httptest.Server
	events chan event
	passed []event  // arrived while another one was awaited
	answer chan int // statuses the receiver gives before it goes back to 200
}

type event struct {
	header http.Header
	raw    []byte
	body   node
}

type node = map[string]any

// name is the event's name in either form of the body.
func (e event) name() string {
	head := e.body
	if nested, ok := e.body["metadata"].(node); ok {
		head = nested
	}
	name, _ := head["event_name"].(string)
	return name
}

func start(t *testing.T, change ...func(*Config)) *account {
	t.Helper()
	a := &account{t: t, clock: clock.New(0), events: make(chan event, 1000), answer: make(chan int, 100)}
	var sim *Simulator
	a.server = httptest.NewServer(contract.Handler(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sim.ServeHTTP(w, r)
	})))
	receiver := httptest.NewServer(http.HandlerFunc(a.receive))
	cfg := Config{
		BaseURL: a.server.URL, Clock: a.clock, Unlimited: true,
		Webhook: &Webhook{Endpoint: receiver.URL + "/hook", SecretKey: testSecret},
	}
	for _, f := range change {
		f(&cfg)
	}
	var err error
	if sim, err = New(cfg); err != nil {
		t.Fatal(err)
	}
	a.sim = sim
	t.Cleanup(func() {
		sim.Close()
		a.clock.Close()
		receiver.Close()
		a.server.Close()
		http.DefaultClient.CloseIdleConnections()
	})
	return a
}

func (a *account) receive(w http.ResponseWriter, r *http.Request) {
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		a.t.Error(err)
	}
	e := event{header: r.Header, raw: raw}
	if err := json.Unmarshal(raw, &e.body); err != nil {
		a.t.Error(err)
	}
	a.events <- e
	select {
	case status := <-a.answer:
		w.WriteHeader(status)
	default:
	}
}

// wait returns the next webhook with the name; the order of arrival is not promised.
func (a *account) wait(name string) event {
	a.t.Helper()
	for i, e := range a.passed {
		if e.name() == name {
			a.passed = slices.Delete(a.passed, i, i+1)
			return e
		}
	}
	deadline := time.After(10 * time.Second)
	for {
		select {
		case e := <-a.events:
			if e.name() == name {
				return e
			}
			a.passed = append(a.passed, e)
		case <-deadline:
			a.t.Fatalf("no %s arrived", name)
		}
	}
}

// result is an answer of the simulator.
type result struct {
	status int
	header http.Header
	raw    []byte
}

func (r result) object(t *testing.T) node {
	t.Helper()
	var o node
	if err := json.Unmarshal(r.raw, &o); err != nil {
		t.Fatalf("no JSON object: %s", r.raw)
	}
	return o
}

func (a *account) send(method, path, media string, body []byte) (result, error) {
	q, err := http.NewRequest(method, a.server.URL+path, bytes.NewReader(body))
	if err != nil {
		a.t.Fatal(err)
	}
	if media != "" {
		q.Header.Set("Content-Type", media)
	}
	q.Header.Set("Authorization", "Bearer "+DefaultAPIKey)
	r, err := http.DefaultClient.Do(q)
	if err != nil {
		return result{}, err
	}
	defer r.Body.Close()
	raw, err := io.ReadAll(r.Body)
	return result{r.StatusCode, r.Header, raw}, err
}

// do makes one call with a JSON body ("" for none) and checks the status.
func (a *account) do(want int, method, path, body string) result {
	a.t.Helper()
	media := ""
	if body != "" {
		media = "application/json"
	}
	r, err := a.send(method, path, media, []byte(body))
	if err != nil {
		a.t.Fatal(err)
	}
	if r.status != want {
		a.t.Fatalf("%s %s: status %d, want %d: %s", method, path, r.status, want, r.raw)
	}
	return r
}

func (a *account) v3(want int, method, path, body string) node {
	a.t.Helper()
	r := a.do(want, method, "/v3"+path, body)
	if len(r.raw) == 0 {
		return nil
	}
	return r.object(a.t)
}

func (a *account) control(want int, path, body string) result {
	a.t.Helper()
	return a.do(want, http.MethodPost, "/_sim"+path, body)
}

func multipartBody(t *testing.T, file []byte, parts ...string) (media string, body []byte) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i+1 < len(parts); i += 2 {
		if err := w.WriteField(parts[i], parts[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if file != nil {
		f, err := w.CreateFormFile("file", "contract.pdf")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(file); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), b.Bytes()
}

// upload adds a document and returns its id.
func (a *account) upload(path string, file []byte, parts ...string) string {
	a.t.Helper()
	media, body := multipartBody(a.t, file, append([]string{"nature", "signable_document"}, parts...)...)
	r, err := a.send(http.MethodPost, path, media, body)
	if err != nil {
		a.t.Fatal(err)
	}
	if r.status != http.StatusCreated {
		a.t.Fatalf("upload: %d %s", r.status, r.raw)
	}
	return r.object(a.t)["id"].(string)
}

// person is one signer of a test.
type person struct{ first, level, more string }

func (p person) body(document string, y int) string {
	level, mode := p.level, `"no_otp"`
	switch p.level {
	case "":
		level = simple
	case advanced:
		mode = `"otp_sms"`
	case qualified:
		mode = "null"
	}
	return fmt.Sprintf(`{"info":{"first_name":%q,"last_name":"Moreau","email":"%s@example.org","phone_number":"+33612345678","locale":"fr"},
"signature_level":%q,"signature_authentication_mode":%s%s,
"fields":[{"document_id":%q,"type":"signature","page":1,"x":70,"y":%d,"width":180,"height":60}]}`,
		p.first, strings.ToLower(p.first), level, mode, p.more, document, y)
}

// draft makes a request with one document and the people, ready to be activated.
func (a *account) draft(settings string, pdf []byte, people ...person) string {
	a.t.Helper()
	r := a.v3(201, "POST", "/signature_requests", `{"name":"Contract 42","delivery_mode":"email"`+settings+`}`)
	id := r["id"].(string)
	doc := a.upload("/v3/signature_requests/"+id+"/documents", pdf)
	for i, p := range people {
		a.v3(201, "POST", "/signature_requests/"+id+"/signers", p.body(doc, 500+100*i))
	}
	return id
}

func (a *account) activated(settings string, people ...person) string {
	a.t.Helper()
	id := a.draft(settings, plainPDF("Contract"), people...)
	a.v3(201, "POST", "/signature_requests/"+id+"/activate", "")
	return id
}

func (a *account) status(id string) string {
	a.t.Helper()
	return a.v3(200, "GET", "/signature_requests/"+id, "")["status"].(string)
}
