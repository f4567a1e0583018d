package e2e_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// testLines has an internal platform do everything over HTTP: create with labels and reminders, find the request by them,
// watch it in lines of JSON until it is completed, and download what came of it.
func testLines(t *testing.T, w *world) {
	p := w.person()
	body := ordered(p, "lines-"+p.last)
	request := body["signatureRequest"].(map[string]any)
	label := "person=" + strings.ToLower(strings.TrimPrefix(p.last, markName))
	key, value, _ := strings.Cut(label, "=")
	request["labels"] = map[string]string{"team": "hr", key: value}
	request["reminders"] = map[string]any{"intervalDays": 2, "maxReminders": 3}
	var r signatureRequest
	must(t, http.MethodPost, w.gateway("/v1/signatureRequests"), body, &r)
	watched := w.lines(t, "?signatureRequest="+r.Name)
	seen := watched(t, "TYPE_SENT")
	if got := w.find(t, url.Values{"labels": {"team=hr", label}, "state": {"STATE_OUT_FOR_SIGNATURE"}, "provider": {"providers/yousign"}}); len(got) != 1 || got[0] != r.Name {
		t.Errorf("found %v by its labels, want %s", got, r.Name)
	}
	if got := w.find(t, url.Values{"labels": {"team=law", label}}); len(got) > 0 {
		t.Errorf("found %v by labels that it has not", got)
	}
	e, err := w.yousign.only(t, platformTitle(p))
	if err != nil {
		t.Fatal(err)
	}
	w.yousign.do(t, e, "sign", nil)
	seen = append(seen, watched(t, "TYPE_COMPLETED")...)
	want := []string{"TYPE_CREATED", "TYPE_SENT", "TYPE_SIGNER_SIGNED", "TYPE_SIGNED", "TYPE_ARCHIVED", "TYPE_COMPLETED"}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("watched (-want +got):\n%s", diff)
	}
	must(t, http.MethodGet, w.gateway("/v1/"+r.Name), nil, &r)
	w.downloads(t, r.SignedDocument, "KIND_SIGNED")
	w.downloads(t, r.AuditTrail, "KIND_AUDIT_TRAIL")
}

// find lists the names of requests by a filter.
func (w *world) find(t *testing.T, filter url.Values) []string {
	t.Helper()
	var page struct {
		SignatureRequests []signatureRequest `json:"signatureRequests"`
	}
	must(t, http.MethodGet, w.gateway("/v1/signatureRequests?"+filter.Encode()), nil, &page)
	var names []string
	for _, r := range page.SignatureRequests {
		names = append(names, r.Name)
	}
	return names
}

// lines watches events over HTTP. What it returns reads their types up to one, and passes heartbeats by.
func (w *world) lines(t *testing.T, query string) func(t *testing.T, last string) []string {
	t.Helper()
	ctx, hangUp := context.WithTimeout(t.Context(), 2*patience)
	call, err := http.NewRequestWithContext(ctx, http.MethodGet, w.gateway("/v1/events:watch"+query), nil)
	if err != nil {
		t.Fatal(err)
	}
	client := http.Client{Transport: &http.Transport{}}
	response, err := client.Do(call)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		hangUp()
		_ = response.Body.Close()
		client.CloseIdleConnections()
	})
	if response.StatusCode != http.StatusOK {
		t.Fatalf("watch: status %d", response.StatusCode)
	}
	text := bufio.NewScanner(response.Body)
	return func(t *testing.T, last string) []string {
		t.Helper()
		var types []string
		for text.Scan() {
			var line struct {
				Result struct {
					Event struct {
						Type string `json:"type"`
					} `json:"event"`
				} `json:"result"`
				Error any `json:"error"`
			}
			if err := json.Unmarshal(text.Bytes(), &line); err != nil || line.Error != nil {
				t.Fatalf("line %s: %v", text.Bytes(), err)
			}
			if kind := line.Result.Event.Type; kind != "" {
				types = append(types, kind)
			}
			if line.Result.Event.Type == last {
				return types
			}
		}
		t.Fatalf("the stream ended before %s, after %v: %v", last, types, text.Err())
		return nil
	}
}

// downloads fetches an archived PDF by a link, and holds it against the archive's hash.
func (w *world) downloads(t *testing.T, name, kind string) {
	t.Helper()
	var link struct {
		Path string `json:"path"`
	}
	must(t, http.MethodPost, w.gateway(fmt.Sprintf("/v1/%s:createDownloadLink", name)), map[string]string{"ttl": "600s"}, &link)
	got, err := send(http.MethodGet, w.gateway(link.Path), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	sum, known := sha256.Sum256(got.body), w.documentOf(t, name)
	if got.status != http.StatusOK || !strings.HasPrefix(string(got.body), "%PDF-") || known.Kind != kind || known.SHA256 != hex.EncodeToString(sum[:]) {
		t.Errorf("%s: status %d, %d bytes, %+v", name, got.status, len(got.body), known)
	}
}
