package e2e_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
)

func testSkribbleRivals(t *testing.T, w *world) { testRivals(t, w, w.skribble) }

func testYousignRivals(t *testing.T, w *world) { testRivals(t, w, w.yousign) }

// testRivals has everybody do everything to one request at once, each call twice: it ends once, with one envelope at most,
// and its next attempts do not multiply.
func testRivals(t *testing.T, w *world, v vendor) {
	p, other := w.person(), w.person()
	body := ordered(p, "rivals-"+p.last)
	body["signatureRequest"].(map[string]any)["provider"] = "providers/" + v.name
	var request signatureRequest
	must(t, http.MethodPost, w.gateway("/v1/signatureRequests"), body, &request)
	w.expectRequest(t, request.Name, "STATE_OUT_FOR_SIGNATURE")
	e, err := v.only(t, platformTitle(p))
	if err != nil {
		t.Fatal(err)
	}
	rivals(t, w, request.Name, p.last, func(verb func(string, map[string]any)) {
		verb(":cancel", map[string]any{"reason": markWords})
		verb(":remind", map[string]any{"signerRole": "client"})
		verb(":updateSigner", map[string]any{"signerRole": "client", "email": other.email})
		verb(":updateSigner", map[string]any{"signerRole": "client", "firstName": other.first})
		verb(":reissue", map[string]any{})
		_ = call(http.MethodPost, v.url+"/_sim/requests/"+e.ID+"/sign", map[string]any{}, nil)
	})
	state := w.expectOneEnd(t, request.Name)
	if _, err := v.only(t, platformTitle(p)); state == "STATE_COMPLETED" { // which fails for two
		if err != nil {
			t.Errorf("completed, and %v", err)
		}
		return
	}
	rivals(t, w, request.Name, "again-"+p.last, func(verb func(string, map[string]any)) {
		verb(":reissue", map[string]any{})
		verb(":reissue", map[string]any{"signers": []map[string]any{{
			"role": "client", "firstName": other.first, "lastName": other.last, "email": other.email, "phoneNumber": other.phone,
		}}})
		verb(":cancel", map[string]any{"reason": markWords})
	})
	var old struct{ NextAttempt string }
	must(t, http.MethodGet, w.gateway("/v1/"+request.Name), nil, &old)
	w.expectRequest(t, old.NextAttempt, "STATE_OUT_FOR_SIGNATURE")
	if _, err := v.only(t, platformTitle(p)); err != nil {
		t.Error(err)
	}
}

// rivals calls verbs of a request at once, each twice with one id. None may fail inside.
func rivals(t *testing.T, w *world, name, id string, act func(verb func(string, map[string]any))) {
	t.Helper()
	var calls sync.WaitGroup
	defer calls.Wait()
	count := 0
	act(func(verb string, body map[string]any) {
		count++
		body["requestId"] = fmt.Sprint(id, "-", count)
		for range 2 {
			calls.Go(func() {
				if err := call(http.MethodPost, w.gateway("/v1/"+name+verb), body, nil); err != nil && statusOf(err) != http.StatusBadRequest {
					t.Errorf("%s: %v", verb, err)
				}
			})
		}
	})
}

// expectOneEnd waits until a request has ended by being canceled or completed, and checks that the log tells of one end.
func (w *world) expectOneEnd(t *testing.T, name string) string {
	t.Helper()
	var r signatureRequest
	eventually(t, "the request has ended", func() error {
		err := call(http.MethodGet, w.gateway("/v1/"+name), nil, &r)
		if err == nil && r.State != "STATE_CANCELED" && r.State != "STATE_COMPLETED" {
			err = fmt.Errorf("it is %s %s", r.State, r.StateReason)
		}
		return err
	})
	types := w.eventTypes(t, name)
	ends := slices.DeleteFunc(slices.Clone(types), func(kind string) bool {
		return kind != "TYPE_CANCELED" && kind != "TYPE_COMPLETED" && kind != "TYPE_DECLINED" && kind != "TYPE_EXPIRED"
	})
	if len(ends) != 1 || strings.TrimPrefix(ends[0], "TYPE_") != strings.TrimPrefix(r.State, "STATE_") {
		t.Errorf("%s after %v", r.State, types)
	}
	return r.State
}
