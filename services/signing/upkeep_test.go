package signing

import (
	"strings"
	"testing"
	"time"
)

// TestUnaskedChecksLeaveRoomForOtherCalls: a quarter of what the account may make in the long run, unless somebody says.
func TestUnaskedChecksLeaveRoomForOtherCalls(t *testing.T) {
	for name, c := range map[string]struct {
		account Provider
		want    int
	}{
		"live Yousign: 1200 an hour":   {Provider{Vendor: "yousign"}, 300},
		"sandbox Yousign: 200 an hour": {Provider{Vendor: "yousign", Sandbox: true}, 50},
		"a larger Yousign key":         {Provider{Vendor: "yousign", CallsPerMinute: 100, CallsPerHour: 6000}, 1500},
		"Skribble":                     {Provider{Vendor: "skribble"}, 1800},
		"a slower Skribble account":    {Provider{Vendor: "skribble", CallsPerMinute: 8}, 120},
		"the slowest Yousign key":      {Provider{Vendor: "yousign", CallsPerHour: 3}, 1},
		"a very slow one":              {Provider{Vendor: "skribble", CallsPerMinute: 1}, 15},
		"as configured":                {Provider{Vendor: "yousign", ChecksPerMinute: 40}, 2400},
	} {
		if got := c.account.checks(); got != c.want {
			t.Errorf("%s: %d checks an hour, want %d", name, got, c.want)
		}
	}
}

func TestOnlyAnAccountThatIsToBeClearedIs(t *testing.T) {
	c := Config{Providers: map[string]Provider{"eu": {EraseAfter: 720 * time.Hour}, "ch": {}}}
	if got := c.erasures(); len(got) != 1 || got["eu"] != 720*time.Hour || len(c.budgets()) != 2 {
		t.Errorf("%v", got)
	}
}

// TestAnUpkeepThatMakesNoSenseIsAMistake of its account.
func TestAnUpkeepThatMakesNoSenseIsAMistake(t *testing.T) {
	for name, account := range map[string]Provider{
		"fewer checks than none": {Vendor: "yousign", ChecksPerMinute: -1}, "erased before its end": {Vendor: "skribble", EraseAfter: -time.Hour},
	} {
		c := DefaultConfig()
		c.Providers = map[string]Provider{"eu": account}
		if err := c.Check(); err == nil || strings.Count(err.Error(), "must not be negative") != 1 {
			t.Errorf("%s: %v", name, err)
		}
	}
}
