package e2e_test

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func testSkribbleSigners(t *testing.T, w *world) { testSigners(t, w, w.skribble) }

func testYousignSigners(t *testing.T, w *world) { testSigners(t, w, w.yousign) }

// testSigners has a platform correct the address of somebody who was invited, and press for the signature too early.
func testSigners(t *testing.T, w *world, v vendor) {
	p, other := w.person(), w.person()
	body := ordered(p, "signers-"+p.last)
	wanted := body["signatureRequest"].(map[string]any)
	wanted["provider"] = "providers/" + v.name
	var request signatureRequest
	must(t, http.MethodPost, w.gateway("/v1/signatureRequests"), body, &request)
	w.expectRequest(t, request.Name, "STATE_OUT_FOR_SIGNATURE")
	e, err := v.only(t, platformTitle(p))
	if err != nil {
		t.Fatal(err)
	}

	remind := map[string]any{"signerRole": "client", "requestId": "remind-" + p.last}
	err = call(http.MethodPost, w.gateway("/v1/"+request.Name+":remind"), remind, nil)
	if statusOf(err) != http.StatusBadRequest || !strings.Contains(err.Error(), "REMINDER_TOO_SOON") || !strings.Contains(err.Error(), "next_time") {
		t.Errorf("a reminder right after the invitation: %v, want 400 with REMINDER_TOO_SOON and next_time", err)
	}
	update := map[string]any{"signerRole": "client", "email": other.email, "requestId": "update-" + p.last}
	must(t, http.MethodPost, w.gateway("/v1/"+request.Name+":updateSigner"), update, nil)
	eventually(t, "the new address is invited", func() error {
		var seen json.RawMessage
		must(t, http.MethodGet, v.url+"/_sim/requests/"+e.ID, nil, &seen)
		if !strings.Contains(string(seen), other.email) || strings.Contains(string(seen), p.email) {
			return errors.New(v.name + " still has the old one")
		}
		return nil
	})
	must(t, http.MethodPost, w.gateway("/v1/"+request.Name+":updateSigner"), update, nil)
	changed := maps.Clone(update)
	changed["email"] = p.email
	err = call(http.MethodPost, w.gateway("/v1/"+request.Name+":updateSigner"), changed, nil)
	if statusOf(err) != http.StatusBadRequest || !strings.Contains(err.Error(), "REQUEST_ID_REUSED") {
		t.Errorf("the request id with another address: %v, want 400 with REQUEST_ID_REUSED", err)
	}

	eventually(t, "the change is told", func() error {
		if types := w.eventTypes(t, request.Name); types[len(types)-1] != "TYPE_SIGNER_UPDATED" {
			return errors.New("not yet")
		}
		return nil
	})
	v.do(t, e, "sign", nil)
	w.expectRequest(t, request.Name, "STATE_COMPLETED")
	want := []string{
		"TYPE_CREATED", "TYPE_SENT", "TYPE_SIGNER_UPDATED", "TYPE_SIGNER_SIGNED", "TYPE_SIGNED", "TYPE_ARCHIVED", "TYPE_COMPLETED",
	}
	if diff := cmp.Diff(want, w.eventTypes(t, request.Name)); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}
