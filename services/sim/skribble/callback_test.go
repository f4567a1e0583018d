package skribble

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// settled returns the callbacks that arrived once nothing is under way, without the random parts of their paths.
func settled(r *rig) []string {
	r.t.Helper()
	r.advance(0)
	kinds := []string{}
	for _, c := range r.receiver.taken() {
		kinds = append(kinds, strings.SplitN(strings.TrimPrefix(c, "POST /"), "/", 2)[0])
	}
	return kinds
}

func TestWhichCallback(t *testing.T) {
	for name, tc := range map[string]struct {
		settings Settings
		act      func(r *rig, made map[string]any)
		status   string
		want     []string
	}{
		"decline": {Settings{}, func(r *rig, made map[string]any) {
			r.do("decline", made, fields{"email": "b@example.com", "message": " too expensive "})
		}, "DECLINED: OPEN DECLINED", []string{"error"}},
		"withdraw": {Settings{}, func(r *rig, made map[string]any) {
			r.ok("POST", fmt.Sprintf("/v2/signature-requests/%s/withdraw", made["id"]), fields{"message": "sorry"})
		}, "WITHDRAWN: OPEN OPEN", []string{"error"}},
		"delete": {Settings{}, func(r *rig, made map[string]any) {
			r.ok("DELETE", fmt.Sprintf("/v2/signature-requests/%s", made["id"]), nil)
		}, "WITHDRAWN: WITHDRAWN WITHDRAWN", []string{"error"}},
		"error": {Settings{}, func(r *rig, made map[string]any) {
			r.do("error", made, nil)
		}, "ERROR: ERROR ERROR", []string{"error"}},
		"expire": {Settings{}, func(r *rig, made map[string]any) {
			r.do("expire", made, nil)
		}, "EXPIRED: OPEN OPEN", []string{}},
		"view": {Settings{}, func(r *rig, made map[string]any) {
			r.do("open", made, fields{"email": "a@example.com"})
		}, "OPEN: OPEN OPEN", []string{}},
		"sign all, update on last": {Settings{UpdateOnLast: true}, func(r *rig, made map[string]any) {
			r.do("sign", made, nil)
			r.advance(0)
			r.ok("POST", "/_sim/deliveries/faults", fields{"fault": "reorder"})
			r.do("sign", made, nil)
		}, "SIGNED: SIGNED SIGNED", []string{"update", "success", "update"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, settings(tc.settings))
			made := r.create(nil, guest("a@example.com"), guest("b@example.com"))
			tc.act(r, made)
			if diff := cmp.Diff(tc.want, settled(r)); diff != "" {
				t.Errorf("callbacks (-want +got):\n%s", diff)
			}
			now := r.get(made["id"])
			if got := statuses(now); got != tc.status {
				t.Errorf("status %s, want %s", got, tc.status)
			}
			if name == "decline" && signers(now)[1]["decline_message"] != "too expensive" {
				t.Errorf("decline message %v", signers(now)[1]["decline_message"])
			}
			if now["status_overall"] != "OPEN" {
				if p := r.send("POST", fmt.Sprintf("/_sim/requests/%s/sign", made["id"]), nil); p.status == 200 {
					t.Error("somebody signed afterwards")
				}
				if p := r.send("POST", fmt.Sprintf("/v2/signature-requests/%s/withdraw", made["id"]), "{}"); p.status != 400 {
					t.Errorf("withdrawing afterwards: %d", p.status)
				}
			}
		})
	}
}

func TestCallbackLadder(t *testing.T) {
	r := newRig(t)
	r.receiver.answer(http.StatusNotFound, nil)
	made := r.create(nil, guest("a@example.com"))
	log := func() []map[string]any {
		r.token = r.login(liveUser)
		return r.ok("GET", fmt.Sprintf("/v2/signature-requests/%s/callbacks", made["id"]), nil).list(t)
	}
	if n := len(log()); n != 0 {
		t.Errorf("%d callbacks before anything happened", n)
	}
	r.do("sign", made, nil)
	r.advance(0)
	if got := log()[0]; got["state"] != "OPEN" || got["attempts"] != 1.0 || got["type"] != "SUCCESS" ||
		fmt.Sprint(got["messages"]) != "[Failed: 404 - 404 Not Found]" {
		t.Errorf("after the first attempt %v", got)
	}
	r.advance(2*time.Hour - time.Second)
	if got := log()[0]; got["state"] != "OPEN" || got["attempts"] != 12.0 {
		t.Errorf("before two hours %v", got)
	}
	r.advance(9 * time.Hour)
	if got := log()[0]; got["state"] != "RESIGNATED" || got["attempts"] != 13.0 {
		t.Errorf("at the end %v", got)
	}
}

func TestRetryAfterPostpones(t *testing.T) {
	r := newRig(t)
	r.receiver.answer(http.StatusServiceUnavailable, map[string]string{"Retry-After": "3600"})
	made := r.create(nil, guest("a@example.com"))
	r.do("sign", made, nil)
	r.advance(0)
	r.receiver.answer(http.StatusNoContent, nil)
	r.receiver.taken()
	r.advance(59 * time.Minute)
	if n := len(r.receiver.taken()); n != 0 {
		t.Errorf("%d attempts before Retry-After", n)
	}
	r.advance(time.Minute)
	if n := len(r.receiver.taken()); n != 1 {
		t.Errorf("%d attempts after Retry-After", n)
	}
	got := r.reread(made["id"])
	log := r.ok("GET", fmt.Sprintf("/v2/signature-requests/%s/callbacks", got["id"]), nil).list(t)[0]
	if log["state"] != "COMPLETED" {
		t.Errorf("log %v", log)
	}
}

func TestCallbackShape(t *testing.T) {
	for name, tc := range map[string]struct {
		settings Settings
		want     string
	}{
		"empty": {Settings{}, "POST /cb?id=%[1]s&token=t"},
		"amp":   {Settings{CallbackEncode: "amp"}, "POST /cb?id=%[1]s&amp;token=t"},
		"json": {Settings{CallbackBody: "json"},
			`POST /cb?id=%[1]s&token=t {"signature_request_id":"%[1]s","status":"nobody documented this"}`},
		"form": {Settings{CallbackBody: "form"}, "POST /cb?id=%[1]s&token=t signature_request_id=%[1]s"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, settings(tc.settings))
			url := r.receiver.URL + "/cb?id=SKRIBBLE_SIGNATURE_REQUEST_ID&token=t"
			made := r.create(fields{"callback_success_url": url}, guest("a@example.com"))
			if made["callback_success_url"] != url {
				t.Errorf("echoed %v", made["callback_success_url"])
			}
			r.do("sign", made, nil)
			r.advance(0)
			if diff := cmp.Diff([]string{fmt.Sprintf(tc.want, made["id"])}, r.receiver.taken()); diff != "" {
				t.Errorf("callback (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDeliveryFaults(t *testing.T) {
	r := newRig(t)
	for fault, want := range map[string]int{"drop": 0, "duplicate": 2} {
		r.ok("POST", "/_sim/deliveries/faults", fields{"fault": fault, "count": 1})
		r.do("sign", r.create(nil, guest("a@example.com")), nil)
		if got := len(settled(r)); got != want {
			t.Errorf("%s: %d calls, want %d", fault, got, want)
		}
	}
	if n := len(r.ok("GET", "/_sim/deliveries", nil).list(t)); n != 3 {
		t.Errorf("%d deliveries on record, want 3", n)
	}
	if p := r.send("POST", "/_sim/deliveries/faults", fields{"fault": "explode"}); p.status != 400 {
		t.Errorf("unknown fault: %d", p.status)
	}
}
