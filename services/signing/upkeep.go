package signing

import (
	"time"

	"github.com/countersign/countersign/services/signing/internal/jobs"
	"github.com/countersign/countersign/services/signing/internal/skribble"
	"github.com/countersign/countersign/services/signing/internal/yousign"
)

// checkShare is the part of an account's calls that unasked checks may make when nobody says how many.
const checkShare = 4

// budgets bound the unasked checks of each account.
func (c Config) budgets() map[string]*jobs.Budget {
	budgets := map[string]*jobs.Budget{}
	for id, p := range c.Providers {
		budgets[id] = jobs.NewBudget(p.checks())
	}
	return budgets
}

// checks are how many requests of the account are looked at unasked in an hour.
func (p Provider) checks() int {
	if p.ChecksPerMinute > 0 {
		return p.ChecksPerMinute * 60
	}
	pace := skribble.Config{CallsPerMinute: p.CallsPerMinute}.Pace()
	if p.Vendor == yousignVendor {
		pace = yousign.Config{Sandbox: p.Sandbox, CallsPerMinute: p.CallsPerMinute, CallsPerHour: p.CallsPerHour}.Pace()
	}
	return max(pace/checkShare, 1)
}

// erasures tell how long after its end a request's envelope is kept at each account that is to be cleared.
func (c Config) erasures() map[string]time.Duration {
	erasures := map[string]time.Duration{}
	for id, p := range c.Providers {
		if p.EraseAfter > 0 {
			erasures[id] = p.EraseAfter
		}
	}
	return erasures
}
