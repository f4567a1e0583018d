package skribble

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/countersign/countersign/services/sim/clock"
	"github.com/countersign/countersign/services/sim/pki"
)

// Config is what a Simulator needs. The zero value works.
type Config struct {
	// BaseURL is the simulator's own public address without a path, used in signing links and error types.
	// Default http://localhost.
	BaseURL string
	// Clock is the time everything here runs by, token expiry included. Default: real time, closed with the Simulator.
	Clock *clock.Clock
	// Authority issues the certificates behind the signatures. Default: a new one in memory.
	Authority *pki.Authority
	// Users maps an API user's name to its API key. A name that starts with api_demo gets quality DEMO for all its
	// requests, as at the vendor. Default: api_production_sim with key sim-key, and api_demo_sim with key sim-key.
	Users map[string]string
	// Accounts are the people who have an account: a signer invited by such an address needs no link of their own.
	Accounts []Account
	// TokenLifetime is how long a login lasts in simulated time. Default 20 minutes, the vendor's.
	TokenLifetime time.Duration
	// MaxDocument bounds one PDF or attachment before encoding, in bytes. Default 40 MiB, the vendor's older limit.
	MaxDocument int
	// Settings are the switches that the control API can change later.
	Settings Settings
}

// Account is a person registered with the vendor.
type Account struct {
	Email     string // also the key; compared without case
	FirstName string
	LastName  string
}

// Settings choose among behaviours the vendor has, or may have where its documents are silent. The zero value is the
// documented or likeliest behaviour.
type Settings struct {
	// AuthStyle is the status for unusable tokens: empty = 401, but 403 once expired; "401" or "403" = that one always.
	AuthStyle string `json:"auth_style"`
	// RejectUnknownFields answers 400 to a body with fields the vendor does not know, instead of ignoring them.
	RejectUnknownFields bool `json:"reject_unknown_fields"`
	// DropStrangers leaves observers without an account out of a request instead of answering 400.
	DropStrangers bool `json:"drop_strangers"`
	// ExpiresAt enables the expires_at field; a business without it gets 403 feature-not-enabled.
	ExpiresAt bool `json:"expires_at"`
	// HideCustom leaves the custom field out of answers, as the newest schema has it.
	HideCustom bool `json:"hide_custom"`
	// UpdateOnLast sends the update callback for the last signature as well, before the success callback.
	UpdateOnLast bool `json:"update_on_last"`
	// CallbackBody is what a callback carries: empty = nothing, "json" or "form" = a body nobody documented.
	CallbackBody string `json:"callback_body"`
	// CallbackEncode "amp" turns each & of a callback address into &amp;, which the vendor's "HTML encoded" may mean.
	CallbackEncode string `json:"callback_encode"`
	// DeleteOK answers 200 to DELETE instead of 204; both are on record.
	DeleteOK bool `json:"delete_ok"`
	// FirstPage is the number of a list's first page, 0 or 1; page 0 of a list that starts at 1 is a 400.
	FirstPage int `json:"first_page"`
	// PositionFromBottom reads y of a visual signature from the page's bottom edge instead of its top.
	PositionFromBottom bool `json:"position_from_bottom"`
	// RetentionDays removes documents and their requests that many days after upload; 0 keeps them.
	RetentionDays int `json:"retention_days"`
}

func (s Settings) check() error {
	switch {
	case !slices.Contains([]string{"", "401", "403"}, s.AuthStyle):
		return fmt.Errorf("auth_style %q is not 401 or 403", s.AuthStyle)
	case !slices.Contains([]string{"", "json", "form"}, s.CallbackBody):
		return fmt.Errorf("callback_body %q is not json or form", s.CallbackBody)
	case !slices.Contains([]string{"", "amp"}, s.CallbackEncode):
		return fmt.Errorf("callback_encode %q is not amp", s.CallbackEncode)
	case s.FirstPage != 0 && s.FirstPage != 1:
		return fmt.Errorf("first_page %d is not 0 or 1", s.FirstPage)
	case s.RetentionDays < 0:
		return fmt.Errorf("retention_days %d is negative", s.RetentionDays)
	}
	return nil
}

// complete fills in the defaults, except clock and authority, which New owns.
func (c Config) complete() (Config, error) {
	if c.BaseURL == "" {
		c.BaseURL = "http://localhost"
	}
	c.BaseURL = strings.TrimRight(c.BaseURL, "/")
	if u, err := url.Parse(c.BaseURL); err != nil || u.Host == "" || u.Path != "" {
		return c, fmt.Errorf("base URL %q is not scheme and host", c.BaseURL)
	}
	if c.Users == nil {
		c.Users = map[string]string{"api_production_sim": "sim-key", "api_demo_sim": "sim-key"}
	}
	if c.TokenLifetime <= 0 {
		c.TokenLifetime = 20 * time.Minute
	}
	if c.MaxDocument <= 0 {
		c.MaxDocument = 40 << 20
	}
	return c, c.Settings.check()
}
