package skribble

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/sim/pdfsign"
)

func TestTwoSignersOneAfterTheOther(t *testing.T) {
	r := newRig(t)
	original := formPDF("seller", "buyer")
	upload := r.upload(original)
	seller, buyer := fields{"account_email": "Holder@example.com", "sequence": 1}, guest("Gerda@Example.com")
	seller["visual_signature"], buyer["visual_signature"] = fields{"form_field": "seller"}, fields{"form_field": "buyer"}
	buyer["sequence"] = 2
	made := r.create(fields{"document_id": upload, "quality": "QES", "custom": "our-id"}, seller, buyer)
	if got := statuses(made); got != "OPEN: OPEN WAITING" {
		t.Errorf("after create %s", got)
	}
	if made["custom"] != "our-id" || made["document_id"] != upload {
		t.Errorf("custom %v, document %v", made["custom"], made["document_id"])
	}
	early := fmt.Sprintf("/_sim/requests/%s/sign", made["id"])
	if p := r.send("POST", early, fields{"email": "gerda@example.com"}); p.status != http.StatusConflict {
		t.Errorf("signing out of turn: %d %s", p.status, p.body)
	}
	half := r.do("sign", made, fields{"email": holder})
	r.advance(0)
	sid := signers(made)[0]["sid"]
	if diff := cmp.Diff([]string{fmt.Sprintf("POST /update/%s/%s", made["id"], sid)}, r.receiver.taken()); diff != "" {
		t.Errorf("callbacks after one signature (-want +got):\n%s", diff)
	}
	if got := statuses(half); got != "OPEN: SIGNED OPEN" {
		t.Errorf("after one signature %s", got)
	}
	final := r.do("sign", made, fields{"sid": signers(made)[1]["sid"]})
	r.advance(0)
	want := []string{fmt.Sprintf("POST /success/%s/%s", made["id"], final["document_id"])}
	if diff := cmp.Diff(want, r.receiver.taken()); diff != "" {
		t.Errorf("callbacks after the last signature (-want +got):\n%s", diff)
	}
	checkVersions(t, r, original, upload, r.get(made["id"]))
}

func statuses(request map[string]any) string {
	text := []string{}
	for _, g := range signers(request) {
		text = append(text, g["status_code"].(string))
	}
	return fmt.Sprintf("%s: %s", request["status_overall"], strings.Join(text, " "))
}

// checkVersions follows the chain of documents back to the upload and looks at the signatures in them.
func checkVersions(t *testing.T, r *rig, original []byte, upload string, final map[string]any) {
	t.Helper()
	if got := statuses(final); got != "SIGNED: SIGNED SIGNED" {
		t.Errorf("at the end %s", got)
	}
	for _, g := range signers(final) {
		if g["signed_quality"] != "QES" || g["signed_legislation"] != "EIDAS" || g["signed_at"] == nil {
			t.Errorf("signature %v", g)
		}
	}
	last := r.ok("GET", fmt.Sprintf("/v2/documents/%s", final["document_id"]), nil).object(t)
	middle := r.ok("GET", fmt.Sprintf("/v2/documents/%s", last["parent_id"]), nil).object(t)
	if middle["parent_id"] != upload {
		t.Errorf("the first version's parent is %v, want %v", middle["parent_id"], upload)
	}
	for _, f := range last["signature_fields"].([]any) {
		if f.(map[string]any)["signed"] != true {
			t.Errorf("field %v is not signed", f)
		}
	}
	pdf := r.content(final["document_id"])
	if !bytes.HasPrefix(pdf, r.content(middle["id"])) || !bytes.HasPrefix(pdf, original) {
		t.Error("the final file does not continue the versions before it")
	}
	if got, err := pdfsign.Fields(pdf); err != nil || !slices.Equal(got, []string{"seller", "buyer"}) {
		t.Errorf("fields %v, %v", got, err)
	}
	cms := containers(t, pdf)
	if len(cms) != 2 || !holds(cms[0], "Hanna Halter") || !holds(cms[1], "Gerda Gast") {
		t.Errorf("%d signatures, or not by the two people", len(cms))
	}
}

func TestQualityDecidesTheCertificate(t *testing.T) {
	for _, tc := range []struct {
		asked, signed, legislation, issuer string
	}{
		{"SES", "SES", "ZERTES", "Seal CA"},
		{"AES", "AES", "EIDAS", "Advanced CA"},
		{"AES_MINIMAL", "AES", "EIDAS", "Advanced CA"},
		{"QES", "QES", "EIDAS", "Qualified CA"},
		{"DEMO", "DEMO", "UNDEFINED", "Seal CA"},
	} {
		t.Run(tc.asked, func(t *testing.T) {
			r := newRig(t)
			made := r.create(fields{"quality": tc.asked}, guest("g@example.com"))
			signed := r.do("sign", made, nil)
			g := signers(signed)[0]
			if g["signed_quality"] != tc.signed || g["signed_legislation"] != tc.legislation {
				t.Errorf("signed as %v, %v", g["signed_quality"], g["signed_legislation"])
			}
			cms := containers(t, r.content(signed["document_id"]))
			if len(cms) != 1 || !holds(cms[0], tc.issuer) {
				t.Errorf("%d signatures, none by %s", len(cms), tc.issuer)
			}
			if holds(cms[0], "Gerda Gast") != (tc.issuer != "Seal CA") {
				t.Error("the certificate names the wrong kind of signer")
			}
		})
	}
}

func TestContentFaults(t *testing.T) {
	r := newRig(t)
	r.ok("POST", "/_sim/faults", fields{"name": "lower_level"})
	low := r.do("sign", r.create(fields{"quality": "QES"}, guest("g@example.com")), nil)
	if g := signers(low)[0]; g["signed_quality"] != "AES" {
		t.Errorf("lowered QES says %v", g["signed_quality"])
	}
	if cms := containers(t, r.content(low["document_id"])); !holds(cms[0], "Advanced CA") {
		t.Error("lowered QES is not signed with an advanced certificate")
	}
	again := r.do("sign", r.create(fields{"quality": "QES"}, guest("g@example.com")), nil)
	if g := signers(again)[0]; g["signed_quality"] != "QES" {
		t.Errorf("the fault outlived its count: %v", g["signed_quality"])
	}
	r.ok("POST", "/_sim/faults", fields{"name": "wrong_document"})
	made := r.create(fields{"document_id": r.upload(formPDF("buyer"))},
		guest("a@example.com"), fields{"account_email": holder, "visual_signature": fields{"form_field": "buyer"}})
	r.do("sign", made, nil)
	wrong := r.do("sign", made, nil)
	if wrong["status_overall"] != "SIGNED" {
		t.Errorf("status %v", wrong["status_overall"])
	}
	pdf := r.content(wrong["document_id"])
	if bytes.HasPrefix(pdf, formPDF("buyer")) || len(containers(t, pdf)) != 1 {
		t.Error("the final document is not another, signed one")
	}
	right := r.do("sign", r.create(nil, guest("g@example.com")), nil)
	if !bytes.HasPrefix(r.content(right["document_id"]), plainPDF()) {
		t.Error("the fault outlived its count")
	}
}

func TestPositions(t *testing.T) {
	for _, tc := range []struct {
		bottom bool
		rect   string
	}{{false, "/Rect [100 702 250 762]"}, {true, "/Rect [100 80 250 140]"}} {
		r := newRig(t, settings(Settings{PositionFromBottom: tc.bottom}))
		signer := guest("g@example.com")
		box := fields{"page": "0", "x": 100, "y": 80, "width": 150, "height": 60}
		signer["visual_signature"] = fields{"positions": []fields{box}}
		made := r.create(nil, signer)
		v := signers(made)[0]["visual_signature"].(map[string]any)
		if v["position"] == nil || v["positions"] == nil {
			t.Errorf("visual signature comes back as %v", v)
		}
		pdf := r.content(r.do("sign", made, nil)["document_id"])
		if !bytes.Contains(pdf, []byte(tc.rect)) {
			t.Errorf("from bottom %v: no %s in the signed file", tc.bottom, tc.rect)
		}
	}
}

func TestAutoMode(t *testing.T) {
	r := newRig(t)
	first, second := guest("a@example.com"), guest("b@example.com")
	first["sequence"], second["sequence"] = 1, 2
	made := r.create(nil, first, second)
	r.ok("POST", "/_sim/auto", fields{"sign_after": "2h"})
	r.advance(time.Hour)
	if got := statuses(r.reread(made["id"])); got != "OPEN: OPEN WAITING" {
		t.Errorf("after one hour %s", got)
	}
	r.advance(time.Hour)
	if got := statuses(r.reread(made["id"])); got != "OPEN: SIGNED OPEN" {
		t.Errorf("after two hours %s", got)
	}
	r.advance(2 * time.Hour)
	if got := statuses(r.reread(made["id"])); got != "SIGNED: SIGNED SIGNED" {
		t.Errorf("after four hours %s", got)
	}
	r.ok("POST", "/_sim/auto", fields{})
	r.token = r.login(liveUser)
	idle := r.create(nil, guest("c@example.com"))
	r.advance(9 * time.Hour)
	if got := statuses(r.reread(idle["id"])); got != "OPEN: OPEN" {
		t.Errorf("switched off %s", got)
	}
}

// reread reads with a fresh token, after time has passed.
func (r *rig) reread(id any) map[string]any {
	r.t.Helper()
	r.token = r.login(liveUser)
	return r.get(id)
}
