package vendorspec

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const newer = `
openapi: 3.1.0
paths:
  /things:
    $ref: things.yaml
  /things/{ID}/file:
    get:
      parameters: [{name: ID, in: path, required: true, schema: {type: string, format: uuid}}]
      responses:
        "200": {content: {application/pdf: {schema: {type: string, format: binary}}}}
`

const things = `
post:
  parameters:
    - {name: page, in: query, schema: {type: number, minimum: 1}}
    - {name: when, in: query, style: deepObject, schema: {type: object, minProperties: 1}}
  requestBody:
    required: true
    content:
      application/json:
        schema:
          type: object
          required: [name]
          properties:
            name: {type: string, minLength: 1, maxLength: 5, pattern: '^(?!\s)[a-z ]+(?<!\s)$'}
            kind: {type: string, enum: [a, b]}
            odd: {type: string, pattern: '(?=x)'}
            who: {type: ["null", string], format: email}
            parts: {type: array, maxItems: 2, uniqueItems: true, items: {$ref: '#/components/part'}}
            id: {type: string, readOnly: true}
          oneOf:
            - {type: object, required: [x], properties: {x: {type: integer, maximum: 9}}}
            - {type: object, required: [y], properties: {y: {type: string, format: date}}}
  responses:
    "201": {content: {application/json: {schema: {type: object, required: [id], properties: {id: {type: string}}}}}}
    "400": {description: no}
components:
  part: {type: object, additionalProperties: false, properties: {size: {type: integer, minimum: 1}}}
`

const older = `{"openapi":"3.0.1","paths":{"v2/things":{"post":{"responses":{"201":{"content":{"application/json":{"schema":
{"type":"object","required":["old"],"properties":{"id":{"type":"string"},"old":{"type":"string"},"forgotten":{"type":"string"}}}}}},
"409":{"description":"no"}}},"get":{"responses":{"200":{"description":"fine"}}}}}}`

func written(t *testing.T, excuses ...excuse) *Contract {
	t.Helper()
	folder := t.TempDir()
	for name, text := range map[string]string{"new.yaml": newer, "things.yaml": things, "old.json": older} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv(Variable, folder)
	c := newContract(Adapter, "/v2", excuses, file{name: "new.yaml"}, file{name: "old.json", prefix: "v2"})
	c.Here(t)
	return c
}

// call is what the table's cases are made of: they differ from it in one thing.
func call() exchange {
	return exchange{
		method: http.MethodPost, path: "/things", media: "application/json", body: []byte(`{"name":"ab","x":1}`),
		status: http.StatusCreated, header: http.Header{"Content-Type": {"application/json"}}, answer: []byte(`{"id":"1","old":"2"}`),
	}
}

func TestWhatIsNotDescribedIsFound(t *testing.T) {
	body := func(text string) func(*exchange) { return func(x *exchange) { x.body = []byte(text) } }
	answer := func(text string) func(*exchange) { return func(x *exchange) { x.answer = []byte(text) } }
	for _, c := range []struct {
		name   string
		change func(*exchange)
		want   string // side, kind and place; empty when nothing is wrong
	}{
		{"nothing", func(*exchange) {}, ""},
		{"another path", func(x *exchange) { x.path = "/thing" }, "request call "},
		{"a method of the older file", func(x *exchange) {
			x.method, x.body, x.status, x.answer = "GET", nil, 200, nil
		}, ""},
		{"no body", body(""), "request empty "},
		{"no JSON", body("{"), "request unreadable "},
		{"two values", body(`{"name":"ab","x":1} {}`), "request unreadable "},
		{"a form", func(x *exchange) { x.media = "text/plain" }, "request media text/plain"},
		{"a property too many", body(`{"name":"ab","x":1,"nam":"c"}`), "request unknown nam"},
		{"a property that is read only", body(`{"name":"ab","x":1,"id":"c"}`), "request unknown id"},
		{"a property too few", body(`{"x":1}`), "request required name"},
		{"a number for a text", body(`{"name":1,"x":1}`), "request type name"},
		{"a fraction", body(`{"name":"ab","x":1.5}`), "request type x"},
		{"a long text", body(`{"name":"abcdef","x":1}`), "request value name"},
		{"an empty text", body(`{"name":"","x":1}`), "request value name,request value name"},
		{"space around", body(`{"name":" ab","x":1}`), "request value name"},
		{"another pattern", body(`{"name":"AB","x":1}`), "request value name"},
		{"a pattern that cannot be read", body(`{"name":"ab","x":1,"odd":"x"}`), "request unsupported "},
		{"another word", body(`{"name":"ab","x":1,"kind":"c"}`), "request value kind"},
		{"null where it may be", body(`{"name":"ab","x":1,"who":null}`), ""},
		{"null where it may not be", body(`{"name":null,"x":1}`), "request type name"},
		{"no address", body(`{"name":"ab","x":1,"who":"A <a@b.c>"}`), "request value who"},
		{"both alternatives", body(`{"name":"ab","x":1,"y":"2031-01-02"}`), "request oneOf "},
		{"no alternative", body(`{"name":"ab"}`), "request required x"},
		{"a wrong alternative", body(`{"name":"ab","x":10}`), "request value x"},
		{"no date", body(`{"name":"ab","y":"2031-13-02"}`), "request value y"},
		{"too many parts", body(`{"name":"ab","x":1,"parts":[{"size":1},{"size":2},{"size":3}]}`), "request value parts"},
		{"a part twice", body(`{"name":"ab","x":1,"parts":[{"size":1},{"size":1}]}`), "request value parts"},
		{"a small part", body(`{"name":"ab","x":1,"parts":[{"size":0}]}`), "request value parts[].size"},
		{"a strange part", body(`{"name":"ab","x":1,"parts":[{"sise":1}]}`), "request unknown parts[].sise"},
		{"a strange filter", func(x *exchange) { x.query = map[string][]string{"pag": {"1"}} }, "request unknown query.pag"},
		{"page 0", func(x *exchange) { x.query = map[string][]string{"page": {"0"}} }, "request value query.page"},
		{"a plain filter for a deep one", func(x *exchange) { x.query = map[string][]string{"when": {"1"}} }, "request unknown query.when"},
		{"a deep filter", func(x *exchange) { x.query = map[string][]string{"when[eq]": {"1"}} }, ""},
		{"another status", func(x *exchange) { x.status = 202 }, "answer status 202"},
		{"a status of the older file", func(x *exchange) { x.status, x.answer = 409, nil }, ""},
		{"an undescribed body", func(x *exchange) { x.status = 400 }, "answer undescribed 400"},
		{"no answer", answer(""), "answer empty "},
		{"an answer with too much", answer(`{"id":"1","old":"2","more":1}`), "answer unknown more"},
		{"an answer with what the newer file forgot", answer(`{"id":"1","old":"2","forgotten":"3"}`), ""},
		{"an answer without what the older file requires", answer(`{"id":"1"}`), "answer required old"},
		{"an answer of another type", func(x *exchange) { x.header = http.Header{"Content-Type": {"text/html"}} }, "answer media text/html"},
		{"a file", func(x *exchange) {
			*x = exchange{method: "GET", path: "/things/0f0e0d0c-0b0a-0908-0706-050403020100/file", status: 200,
				header: http.Header{"Content-Type": {"application/pdf"}}, answer: []byte("%PDF-1.7")}
		}, ""},
		{"a file that is none, of nothing", func(x *exchange) {
			*x = exchange{method: "GET", path: "/things/1/file", status: 200,
				header: http.Header{"Content-Type": {"application/pdf"}}, answer: []byte("<html>")}
		}, "answer unreadable ,request value path.ID"},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := call()
			c.change(&x)
			var got []string
			for _, f := range written(t).judge(x) {
				got = append(got, fmt.Sprintf("%s %s %s", f.side, f.kind, f.at))
			}
			slices.Sort(got)
			if diff := cmp.Diff(c.want, strings.Join(got, ",")); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

// listener keeps what a test would fail for.
type listener struct {
	testing.TB
	heard []string
}

// Errorf keeps the complaint.
func (l *listener) Errorf(format string, args ...any) {
	l.heard = append(l.heard, fmt.Sprintf(format, args...))
}

func TestWhatPassesIsChecked(t *testing.T) {
	vendor := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `{"id":"1","old":"2","more":3}`)
	})
	c := written(t)
	for name, pass := range map[string]func(*listener) (*httptest.Server, *http.Client){
		"as a handler": func(l *listener) (*httptest.Server, *http.Client) {
			return httptest.NewServer(c.Handler(l, vendor)), http.DefaultClient
		},
		"as a transport": func(l *listener) (*httptest.Server, *http.Client) {
			return httptest.NewServer(vendor), &http.Client{Transport: c.Transport(l, http.DefaultTransport)}
		},
	} {
		t.Run(name, func(t *testing.T) {
			heard := &listener{TB: t}
			server, client := pass(heard)
			for _, path := range []string{"/v2/things", "/elsewhere"} {
				response, err := client.Post(server.URL+path, "application/json", strings.NewReader(`{"x":1}`))
				if err != nil {
					t.Fatal(err)
				}
				if body, _ := io.ReadAll(response.Body); !strings.Contains(string(body), "more") {
					t.Errorf("the answer came through as %s", body)
				}
			}
			server.Close()
			if len(heard.heard) != 2 {
				t.Errorf("heard %q, want one complaint of the request and one of the answer", heard.heard)
			}
		})
	}
}

type code int

// Run returns the code.
func (c code) Run() int { return int(c) }

func TestADeviationIsNeeded(t *testing.T) {
	known := excuse{side: reply, kind: unknownName, at: "more", because: "the vendor sends it"}
	for name, change := range map[string]func(*exchange){
		"needed":     func(x *exchange) { x.answer = []byte(`{"id":"1","old":"2","more":1}`) },
		"not needed": func(*exchange) {},
	} {
		c := written(t, known, excuse{user: Simulator, kind: unknownCall})
		x := call()
		change(&x)
		if findings := c.judge(x); len(findings) > 0 {
			t.Errorf("%s: found %v", name, findings)
		}
		if got := len(c.unused()); got != map[string]int{"needed": 0, "not needed": 1}[name] {
			t.Errorf("%s: %d deviations are unused", name, got)
		}
	}
}

func TestWithoutFilesNothingIsChecked(t *testing.T) {
	t.Setenv(Variable, "")
	c := newContract(Adapter, "/v2", nil, file{name: "new.yaml"})
	next := http.NewServeMux()
	if got := c.Handler(t, next); got != http.Handler(next) {
		t.Error("the handler is wrapped")
	}
	if got := c.Tests(code(0)).Run(); got != 0 {
		t.Errorf("the tests end with %d", got)
	}
}

func TestWhatNobodyWouldCheckIsRefused(t *testing.T) {
	for name, schema := range map[string]string{
		"a keyword":                `{type: string, contentEncoding: base64}`,
		"a keyword without effect": `{type: string, colour: red}`,
		"a format":                 `{type: string, format: colour}`,
		"a format deep inside":     `{oneOf: [{type: array, items: {properties: {x: {type: string, format: colour}}}}]}`,
		"a reference to nothing":   `{$ref: '#/components/schemas/Nothing'}`,
	} {
		t.Run(name, func(t *testing.T) {
			text := "openapi: 3.1.0\npaths: {/x: {get: {responses: {'200': {content: {application/json: {schema: " + schema + "}}}}}}}\n"
			path := filepath.Join(t.TempDir(), "x.yaml")
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := describe(path, file{}); err == nil {
				t.Error("it is taken")
			}
		})
	}
}
