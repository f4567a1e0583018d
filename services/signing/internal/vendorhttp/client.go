// Package vendorhttp is the one bounded HTTP client below the signing vendors' adapters. It exists because the standard
// client leaves to its caller the three things an adapter must never get wrong: whether a failed call may have had its
// effect, how much of a hostile answer is read and for how long, and how many calls an account may make. It follows no
// redirect and knows no vendor.
package vendorhttp

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/countersign/countersign/services/internal/baseurl"
)

// The bounds that hold where Config names none.
const (
	defaultTimeout         = 30 * time.Second
	defaultDownloadTimeout = 5 * time.Minute
	defaultMaxAnswer       = 8 << 20
	defaultMaxDownload     = 100 << 20
	defaultMaxWait         = 30 * time.Second
	maxHeaderBytes         = 64 << 10
)

// Config of a Client. Only BaseURL is required.
type Config struct {
	// BaseURL every path is appended to, such as "https://api.example.com/v2". It must be https; plain http is accepted
	// for a loopback host, and for any host where AllowPlain is set.
	BaseURL string
	// AllowPlain accepts plain http to any host: for accounts whose signatures and secrets are worth nothing.
	AllowPlain bool
	// HTTPClient whose transport is used; nil for one of our own.
	HTTPClient *http.Client
	// Timeout of one call, its answer included; 30 seconds when zero.
	Timeout time.Duration
	// DownloadTimeout of one file, from the call to its last byte; 5 minutes when zero.
	DownloadTimeout time.Duration
	// MaxAnswer in bytes of an answer that is held in memory; 8 MiB when zero.
	MaxAnswer int64
	// MaxDownload in bytes of a streamed file; 100 MiB when zero.
	MaxDownload int64
	// Limits on the calls of this client; all of them hold at once.
	Limits []Limit
	// MaxWait for the limits; a call that would wait longer is refused as unavailable. 30 seconds when zero.
	MaxWait time.Duration
}

// Limit is a number of requests that may be made in any period of this length.
type Limit struct {
	Requests int
	Per      time.Duration
}

// Client calls one account at one vendor. It is safe for concurrent use.
type Client struct {
	base   string
	http   http.Client
	config Config

	limiters []*rate.Limiter

	mu          sync.Mutex
	pausedUntil time.Time
	windows     []window
	underWay    int
	unnamed     time.Duration // the last pause after a 429 that named none
}

// New returns a client for the account behind the base URL. It fails when the configuration would send a secret in the
// clear or bounds nothing.
func New(config Config) (*Client, error) {
	base, err := baseurl.Parse(config.BaseURL, config.AllowPlain)
	if err != nil {
		return nil, fmt.Errorf("the base URL %w", err)
	}
	client := &Client{base: strings.TrimRight(base.String(), "/"), config: withDefaults(config), windows: vendorWindows()}
	for _, limit := range config.Limits {
		limiter, err := newLimiter(limit)
		if err != nil {
			return nil, err
		}
		client.limiters = append(client.limiters, limiter)
	}
	client.http = http.Client{
		Transport:     transport(config.HTTPClient),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return client, nil
}

func withDefaults(config Config) Config {
	if config.Timeout <= 0 {
		config.Timeout = defaultTimeout
	}
	if config.DownloadTimeout <= 0 {
		config.DownloadTimeout = defaultDownloadTimeout
	}
	if config.MaxAnswer <= 0 {
		config.MaxAnswer = defaultMaxAnswer
	}
	if config.MaxDownload <= 0 {
		config.MaxDownload = defaultMaxDownload
	}
	if config.MaxWait <= 0 {
		config.MaxWait = defaultMaxWait
	}
	return config
}

func transport(given *http.Client) http.RoundTripper {
	if given != nil && given.Transport != nil {
		return given.Transport
	}
	standard, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return http.DefaultTransport
	}
	own := standard.Clone()
	own.MaxResponseHeaderBytes = maxHeaderBytes
	return own
}
