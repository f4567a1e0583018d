package skribble

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestLogin(t *testing.T) {
	r := newRig(t)
	const form = "application/x-www-form-urlencoded"
	for _, tc := range []struct {
		name, contentType, body string
		status                  int
		key                     any
	}{
		{"json", "application/json", `{"username":"api_demo_sim","api-key":"sim-key"}`, 200, nil},
		{"form", form, "username=api_demo_sim&api-key=sim-key", 200, nil},
		{"no key", "application/json", `{"username":"api_demo_sim"}`, 400, nil},
		{"underscore", "application/json", `{"username":"api_demo_sim","api_key":"sim-key"}`, 400, nil},
		{"no json", "application/json", `{`, 400, nil},
		{"wrong key", "application/json", `{"username":"api_demo_sim","api-key":"x"}`, 403, keyCredentialsInvalid},
		{"wrong user", form, "username=nobody&api-key=sim-key", 403, keyCredentialsInvalid},
		{"other type", "text/plain", "x", 415, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := r.send("POST", "/v2/access/login", tc.body, "Content-Type", tc.contentType)
			if p.status != tc.status {
				t.Fatalf("status %d %s, want %d", p.status, p.body, tc.status)
			}
			if tc.status == http.StatusOK {
				if strings.Count(string(p.body), ".") != 2 || !strings.HasPrefix(p.header.Get("Content-Type"), "text/plain") {
					t.Errorf("no bare token: %s %q", p.header.Get("Content-Type"), p.body)
				}
				return
			}
			o := p.object(t)
			if o["path"] != "/v2/access/login" || o["method"] != "POST" || o["key"] != tc.key ||
				!strings.Contains(o["type"].(string), "/problem/") {
				t.Errorf("problem %v", o)
			}
		})
	}
}

func TestTokens(t *testing.T) {
	for _, tc := range []struct {
		style            string
		garbled, expired int
	}{{"", 401, 403}, {"401", 401, 401}, {"403", 403, 403}} {
		t.Run("style "+tc.style, func(t *testing.T) {
			r, other := newRig(t, settings(Settings{AuthStyle: tc.style})), newRig(t)
			check := func(what string, header string, status int, key string) {
				t.Helper()
				p := r.send("GET", "/v2/documents", nil, "Authorization", header)
				if p.status != status {
					t.Errorf("%s: %d %s, want %d", what, p.status, p.body, status)
				}
				if status != http.StatusOK && p.object(t)["key"] != key {
					t.Errorf("%s: key %v, want %s", what, p.object(t)["key"], key)
				}
			}
			check("none", "", tc.garbled, keyTokenInvalid)
			check("basic", "Basic "+r.token, tc.garbled, keyTokenInvalid)
			check("api key", "Bearer sim-key", tc.garbled, keyTokenInvalid)
			check("another region's", "Bearer "+other.token, tc.garbled, keyTokenInvalid)
			check("changed", "Bearer "+strings.Replace(r.token, ".", ".e", 1), tc.garbled, keyTokenInvalid)
			r.advance(20*time.Minute - time.Second)
			check("last second", "Bearer "+r.token, 200, "")
			r.advance(time.Second)
			check("expired", "Bearer "+r.token, tc.expired, keyTokenExpired)
		})
	}
}

func TestHealthNeedsNoToken(t *testing.T) {
	r := newRig(t)
	for _, path := range []string{"/management/health", "/v2/management/health"} {
		if p := r.send("GET", path, nil, "Authorization", ""); p.status != 200 || p.object(t)["status"] != "UP" {
			t.Errorf("%s: %d %s", path, p.status, p.body)
		}
	}
}

func TestUsersDoNotSeeEachOther(t *testing.T) {
	r := newRig(t)
	made := r.create(nil, guest("g@example.com"))
	r.token = r.login(demoUser)
	for _, path := range paths(made) {
		if p := r.send("GET", path, nil); p.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, p.status)
		}
	}
	if n := len(r.ok("GET", "/v2/signature-requests", nil).list(t)); n != 0 {
		t.Errorf("%d requests of somebody else in the list", n)
	}
}

func FuzzToken(f *testing.F) {
	sim, err := New(Config{})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(sim.Close)
	good := sim.mint("somebody", time.Now())
	f.Add("")
	f.Add("a.b.c")
	f.Add(good[:len(good)-1])
	f.Add(strings.Replace(good, ".", "..", 1))
	f.Fuzz(func(t *testing.T, token string) {
		if _, ours := sim.read(token); ours {
			t.Errorf("accepted %q", token)
		}
	})
}
