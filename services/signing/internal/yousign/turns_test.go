package yousign

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

func TestStagesAreHeldAgainstTheOrder(t *testing.T) {
	for _, c := range []struct {
		places, stages []int
		level          signature.Level
		want           bool
	}{
		{[]int{1, 1, 2}, []int{0, 0, 1}, signature.SES, true},
		{[]int{2, 1, 1}, []int{4, 2, 2}, signature.SES, true},
		{[]int{1, 1, 2}, []int{0, 1, 2}, signature.SES, false},
		{[]int{1, 1, 2}, []int{0, 0, 0}, signature.SES, false},
		{[]int{1, 1, 2}, []int{1, 1, 0}, signature.SES, false},
		{[]int{1, 1, 2}, []int{0, 0, -1}, signature.SES, false},
		{[]int{1, 2, 3}, []int{0, 1, 2}, signature.SES, true},
		{[]int{1, 2, 3}, []int{0, 2, 1}, signature.SES, false},
		{[]int{0, 0, 0}, []int{0, 0, 0}, signature.SES, true},
		{[]int{0, 0, 0}, []int{0, 1, 2}, signature.SES, false},
		{[]int{0, 0, 0}, []int{-1, -1, -1}, signature.SES, true},
		{[]int{0, 0, 0}, []int{0, 1, 2}, signature.QES, true},
		{[]int{0, 0, 0}, []int{0, 0, 0}, signature.QES, false},
	} {
		order := withSigners(c.places...)
		order.Level = c.level
		var made []signer
		for i, stage := range c.stages {
			s := signer{ID: fmt.Sprint("s-", i), Info: info{Email: order.Signers[i].Email}}
			if stage >= 0 { // else it is not told
				s.Stage = &stage
			}
			made = append(made, s)
		}
		if got := inTurn(order, made); got != c.want {
			t.Errorf("%s %v at %v: %v", c.level, c.places, c.stages, got)
		}
	}
	if inTurn(withSigners(0, 0), []signer{{Info: info{Email: "a@example.org"}}}) {
		t.Error("a signer who is not there is in turn")
	}
}

// Where Yousign seats the signers otherwise than they were asked to be, nobody is invited.
func TestGroupsThatYousignMixesUpAreNotSent(t *testing.T) {
	order := withSigners(1, 1, 2)
	order.Level = signature.SES
	made, seats := 0, []string{}
	vendor := script(t, map[string]http.HandlerFunc{
		"POST " + root: say(201, aDraft), "POST " + one + "/documents": say(201, `{"id":"d-1"}`), "DELETE " + one: say(204, ""),
	})
	vendor.answers["POST "+one+"/signers"] = func(w http.ResponseWriter, _ *http.Request) {
		_, seat, _ := strings.Cut(vendor.bodies["POST "+one+"/signers"], `}],`)
		made, seats = made+1, append(seats, seat)
		say(201, fmt.Sprintf(`{"id":"s-%d","recipient_stage_index":%d}`, made, made))(w, nil)
	}
	_, err := vendor.provider().Send(t.Context(), order, false)
	if got := kind(err); got != "ORDER_NOT_OFFERED" || vendor.calls[len(vendor.calls)-1] != "DELETE "+one {
		t.Errorf("%v after %v", err, vendor.calls)
	}
	if diff := cmp.Diff([]string{"", `"group_with_id":"s-1"}`, `"insert_after_id":"s-2"}`}, seats); diff != "" {
		t.Errorf("seats (-want +got):\n%s", diff)
	}
}

// A template may hold to what it was made with; a request from it is held against the order before it goes out.
func TestADraftFromATemplateIsHeldAgainstTheOrder(t *testing.T) {
	const is = `{"id":"s-1","signature_level":"advanced_electronic_signature","signature_authentication_mode":"otp_sms","info":{"email":"max@example.org"}}`
	for name, c := range map[string]struct{ request, signers, want string }{
		"as ordered":        {fullDraft, "[" + is + "]", "none"},
		"a lower level":     {fullDraft, "[" + strings.Replace(is, "advanced_", "", 1) + "]", "PROVIDER_TEMPLATE_REJECTED"},
		"another code":      {fullDraft, "[" + strings.Replace(is, "otp_sms", "no_otp", 1) + "]", "PROVIDER_TEMPLATE_REJECTED"},
		"a code left out":   {fullDraft, "[" + strings.Replace(is, `"otp_sms"`, "null", 1) + "]", "PROVIDER_TEMPLATE_REJECTED"},
		"one signer more":   {fullDraft, "[" + is + "," + is + "]", "PROVIDER_TEMPLATE_REJECTED"},
		"somebody else":     {fullDraft, "[" + strings.Replace(is, "max@", "eve@", 1) + "]", "PROVIDER_TEMPLATE_REJECTED"},
		"nobody":            {fullDraft, "[]", "PROVIDER_TEMPLATE_REJECTED"},
		"nothing to sign":   {strings.Replace(fullDraft, "signable_document", "attachment", 1), "[" + is + "]", "PROVIDER_TEMPLATE_REJECTED"},
		"two to sign":       {strings.Replace(fullDraft, `"documents":[`, `"documents":[{"id":"d-2","nature":"signable_document"},`, 1), "[" + is + "]", "PROVIDER_TEMPLATE_REJECTED"},
		"no answer":         {fullDraft, "{", "unknown"},
		"a hostile id":      {fullDraft, "[" + strings.Replace(is, "s-1", "../s", 1) + "]", "PROVIDER_TEMPLATE_REJECTED"},
		"more of its files": {strings.Replace(fullDraft, `"documents":[`, `"documents":[{"id":"d-2","nature":"attachment"},`, 1), "[" + is + "]", "none"},
	} {
		t.Run(name, func(t *testing.T) {
			order := anOrder()
			order.Template, order.Document, order.Fields = aUUID, nil, nil
			answers := map[string]http.HandlerFunc{"POST " + root: say(201, c.request), theSigners: say(200, c.signers)}
			switch c.want {
			case "none":
				answers["POST "+one+"/activate"] = say(201, anOngoing)
			case "PROVIDER_TEMPLATE_REJECTED":
				answers["DELETE "+one] = say(204, "")
			}
			if _, err := script(t, answers).provider().Send(t.Context(), order, false); kind(err) != c.want {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
}

// What Yousign says of a template is told as such; where it says something else, the template is looked up.
func TestAnUnclearRefusalOfATemplateIsLookedUp(t *testing.T) {
	listed := func(rows string) http.HandlerFunc { return say(200, `{"meta":{"next_cursor":null},"data":[`+rows+`]}`) }
	const templates = "GET /v3/templates"
	placeholder := `{"type":"parameters_not_valid","detail":"x","invalid_params":[{"name":"template_placeholders.signers[0].label","reason":"max@example.org"}]}`
	for name, c := range map[string]struct {
		refusal http.HandlerFunc
		list    http.HandlerFunc
		want    string
	}{
		"a placeholder":        {say(400, placeholder), nil, "PROVIDER_TEMPLATE_REJECTED"},
		"it is active":         {say(400, problemJSON("a.reason", "x")), listed(`{"id":"` + strings.ToUpper(aUUID) + `","status":"active"}`), "PROVIDER_REJECTED"},
		"it is a draft":        {say(400, problemJSON("a.reason", "x")), listed(`{"id":"` + aUUID + `","status":"draft"}`), "PROVIDER_TEMPLATE_REJECTED"},
		"it is not there":      {say(404, problemJSON("resource.not_found", "x")), listed(""), "PROVIDER_TEMPLATE_REJECTED"},
		"it cannot be told":    {say(400, problemJSON("a.reason", "x")), say(400, problemJSON("b.reason", "x")), "unavailable"},
		"the list never ends":  {say(400, problemJSON("a.reason", "x")), say(200, `{"meta":{"next_cursor":"c"},"data":[]}`), "unavailable"},
		"the list is no list":  {say(400, problemJSON("a.reason", "x")), say(200, "<html>"), "unavailable"},
		"Yousign said nothing": {say(404, "404 page not found"), nil, "unavailable"},
		"the key was refused":  {say(401, "{}"), nil, "unavailable"},
		"nobody knows":         {say(500, "{}"), nil, "unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			order := anOrder()
			order.Template, order.Document, order.Fields = aUUID, nil, nil
			answers := map[string]http.HandlerFunc{"POST " + root: c.refusal}
			if c.list != nil {
				answers[templates] = c.list
			}
			_, err := script(t, answers).provider().Send(t.Context(), order, false)
			if got := kind(err); got != c.want || strings.Contains(err.Error(), "max@") {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
}
