package yousign

import (
	"testing"
	"time"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// TestTheNormalEndIsYousignsOwn: the service's comes a minute after it, so that Yousign ends the request by itself.
func TestTheNormalEndIsYousignsOwn(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	p := &Provider{zone: zone}
	now := time.Date(2026, 3, 20, 22, 30, 0, 0, time.UTC) // 23:30 in Paris; summer time begins before the end
	normal := signature.NormalExpiry(signature.Capabilities{ExpiryZone: zone}, now)
	for name, c := range map[string]struct {
		end  time.Time
		want string
	}{
		"normal":                 {normal, "2026-04-03"},
		"just after that":        {normal.Add(time.Nanosecond), "2026-04-04"},
		"in the middle of a day": {time.Date(2026, 4, 4, 10, 0, 0, 0, zone), "2026-04-04"},
	} {
		if got := p.day(c.end); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
