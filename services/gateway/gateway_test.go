package gateway

import (
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/countersign/countersign/gen/openapi"
)

// route is one rpc's HTTP form.
type route struct {
	rpc          protoreflect.FullName
	method, path string
}

// contractRoutes lists every HTTP form that the contracts give.
func contractRoutes(t testing.TB) []route {
	t.Helper()
	var routes []route
	protoregistry.GlobalFiles.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		if !strings.HasPrefix(string(file.Package()), "countersign.") {
			return true
		}
		for i := range file.Services().Len() {
			methods := file.Services().Get(i).Methods()
			for j := range methods.Len() {
				rule, _ := proto.GetExtension(methods.Get(j).Options(), annotations.E_Http).(*annotations.HttpRule)
				name := methods.Get(j).FullName()
				switch {
				case rule.GetGet() != "":
					routes = append(routes, route{name, http.MethodGet, rule.GetGet()})
				case rule.GetPost() != "":
					routes = append(routes, route{name, http.MethodPost, rule.GetPost()})
				case rule.GetDelete() != "":
					routes = append(routes, route{name, http.MethodDelete, rule.GetDelete()})
				case rule != nil:
					t.Errorf("%s: this test does not know its HTTP method", name)
				}
			}
		}
		return true
	})
	if len(routes) < 10 {
		t.Fatalf("only %d routes found", len(routes))
	}
	return routes
}

// example fills a path's variables.
func example(path string) string {
	path = regexp.MustCompile(`\{[^}=]+=([^}]+)\}`).ReplaceAllString(path, "$1")
	path = regexp.MustCompile(`\{[^}]+\}`).ReplaceAllString(path, "x")
	return strings.ReplaceAll(path, "*", "x")
}

func TestEveryRouteOfTheContractsReachesItsRole(t *testing.T) {
	h := open(t, DefaultConfig())
	for _, r := range contractRoutes(t) {
		send(t, r.method, h.url+example(r.path), "")
		role := strings.Split(string(r.rpc), ".")[1]
		method := strings.Replace(string(r.rpc), "."+string(r.rpc.Name()), "/"+string(r.rpc.Name()), 1)
		if line := "role=" + role + " method=" + method + " "; !strings.Contains(h.theirs.String(), line) {
			t.Errorf("%s %s did not reach %s", r.method, r.path, r.rpc)
		}
	}
}

func TestUnknownPathsAndMethods(t *testing.T) {
	h := open(t, DefaultConfig())
	for _, tt := range []struct {
		method, path string
		want         int
	}{
		{http.MethodGet, "/", http.StatusNotFound},
		{http.MethodGet, "/v1", http.StatusNotFound},
		{http.MethodGet, "/v1/nothing", http.StatusNotFound},
		{http.MethodGet, "/v2/templates", http.StatusNotFound},
		{http.MethodPost, "/webhooks/other/tok", http.StatusNotFound},
		{http.MethodPost, "/webhooks/yousign/tok/", http.StatusNotFound},
		{http.MethodPost, "/webhooks/yousign/tok/more", http.StatusNotFound},
		{http.MethodPost, "/webhooks/kommo/main", http.StatusNotFound},
		{http.MethodPost, "/webhooks/yousign/tok%2Fmore", http.StatusNotFound},
		{http.MethodPost, "//webhooks/yousign/tok", http.StatusNotFound},
		{http.MethodPost, "/v1/documents:print", http.StatusNotFound},
		{http.MethodGet, "/v1/signatureRequests/", http.StatusBadRequest},
		{http.MethodGet, "/v1/accounts/a/deals/", http.StatusBadRequest},
		{http.MethodGet, "/webhooks/yousign/tok", http.StatusMethodNotAllowed},
		{http.MethodPut, "/webhooks/kommo/main/tok", http.StatusMethodNotAllowed},
		{http.MethodDelete, "/v1/templates", http.StatusMethodNotAllowed},
		{http.MethodPost, "/v1/templates", http.StatusMethodNotAllowed},
		{http.MethodPost, "/openapi.json", http.StatusMethodNotAllowed},
	} {
		got := send(t, tt.method, h.url+tt.path, "")
		if got.code != tt.want {
			t.Errorf("%s %s: answered %d %s, want %d", tt.method, tt.path, got.code, got.body, tt.want)
			continue
		}
		reason := map[int]string{404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED", 400: "INVALID_REQUEST"}[tt.want]
		if p := got.problem(t); p.Message == "" || p.Reason != reason || !strings.Contains(string(p.Details[0]), `"domain":"countersign.`) {
			t.Errorf("%s %s: %s", tt.method, tt.path, got.body)
		}
	}
	if calls := h.drain(); len(calls) != 0 {
		t.Errorf("%d calls reached a backend", len(calls))
	}
}

func TestDescriptionNamesThePublicPaths(t *testing.T) {
	h := open(t, DefaultConfig())
	got := send(t, http.MethodGet, h.url+"/openapi.json", "")
	if got.code != http.StatusOK || got.header.Get("Content-Type") != "application/json" || got.body != string(openapi.Description()) {
		t.Fatalf("answered %d %s, %d bytes", got.code, got.header.Get("Content-Type"), len(got.body))
	}
	var described struct {
		Paths       map[string]map[string]json.RawMessage `json:"paths"`
		Definitions map[string]struct {
			Properties map[string]json.RawMessage `json:"properties"`
		} `json:"definitions"`
	}
	if err := json.Unmarshal([]byte(got.body), &described); err != nil {
		t.Fatal(err)
	}
	sameKeys(t, described.Definitions["v1Error"].Properties, problem{Reason: "x", Metadata: map[string]string{"x": "x"}, Details: []json.RawMessage{nil}})
	operations := map[string]bool{}
	for path, methods := range described.Paths {
		if strings.HasPrefix(path, webhookPrefix) {
			t.Errorf("%s is nobody's business", path)
		}
		for method, about := range methods {
			if !strings.Contains(string(about), `"default"`) || !strings.Contains(string(about), `"#/definitions/v1Error"`) {
				t.Errorf("%s %s does not describe its errors", method, path)
			}
			// Names of variables differ between the two notations; their places do not.
			operations[strings.ToUpper(method)+" "+variables(path)] = true
		}
	}
	for _, r := range contractRoutes(t) {
		if !strings.HasPrefix(r.path, webhookPrefix) && !operations[r.method+" "+variables(r.path)] {
			t.Errorf("%s %s is not described", r.method, r.path)
		}
	}
}

// sameKeys holds that what is sent has exactly the described properties.
func sameKeys(t *testing.T, described map[string]json.RawMessage, sent any) {
	t.Helper()
	raw, err := json.Marshal(sent)
	var keys map[string]json.RawMessage
	if err == nil {
		err = json.Unmarshal(raw, &keys)
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(described)), slices.Sorted(maps.Keys(keys))); err != nil || diff != "" {
		t.Errorf("described and sent: %v %s", err, diff)
	}
}

// variables replaces each variable of a path, with the pattern that it may have.
func variables(path string) string {
	return regexp.MustCompile(`\{[^}]+\}`).ReplaceAllString(path, "{}")
}

func TestConfigCheck(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"open to the world":  func(c *Config) { c.Listen = "0.0.0.0:8080" },
		"every interface":    func(c *Config) { c.Listen = ":8080" },
		"no address":         func(c *Config) { c.Listen = "" },
		"no webhook timeout": func(c *Config) { c.WebhookTimeout = 0 },
		"backward timeout":   func(c *Config) { c.CallTimeout = -time.Second },
	} {
		cfg := DefaultConfig()
		change(&cfg)
		if cfg.Check() == nil {
			t.Errorf("%s: accepted", name)
		}
		if service, err := New(t.Context(), cfg, Backends{}, slog.New(slog.DiscardHandler)); err == nil {
			t.Errorf("%s: started on %s", name, service.Addr())
		}
	}
	if err := DefaultConfig().Check(); err != nil {
		t.Error(err)
	}
}

func TestTakenWebhookAddressFreesTheOther(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	cfg := DefaultConfig()
	cfg.Listen, cfg.WebhookListen = free.Addr().String(), taken.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := New(t.Context(), cfg, Backends{}, slog.New(slog.DiscardHandler)); err == nil {
		t.Fatal("a taken address was accepted")
	}
	again, err := net.Listen("tcp", cfg.Listen)
	if err != nil {
		t.Fatalf("the first address is still held: %v", err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}

func TestStopLetsAnswersFinish(t *testing.T) {
	h := open(t, DefaultConfig())
	entered, held := make(chan struct{}), make(chan struct{})
	release := sync.OnceFunc(func() { close(held) })
	defer release()
	h.answerWith(func(context.Context) error {
		close(entered)
		<-held
		return nil
	})
	answered := make(chan answer, 1)
	go func() { answered <- send(t, http.MethodPost, h.url+"/webhooks/yousign/tok", "x") }()
	<-entered
	h.stop()
	refused(t, h.service.Addr())
	refused(t, h.service.listeners[1].Addr().String())
	select {
	case err := <-h.stopped:
		t.Fatalf("stopped before its last answer: %v", err)
	default:
	}
	release()
	if got := <-answered; got.code != http.StatusOK {
		t.Errorf("answered %d %s", got.code, got.body)
	}
	select {
	case err := <-h.stopped:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(patience):
		t.Error("does not stop")
	}
}

// refused waits until nobody listens at address.
func refused(t *testing.T, address string) {
	t.Helper()
	deadline := time.After(patience)
	for {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			return
		}
		if err := conn.Close(); err != nil {
			t.Fatal(err)
		}
		select {
		case <-deadline:
			t.Fatalf("%s still answers", address)
		case <-time.After(time.Millisecond):
		}
	}
}
