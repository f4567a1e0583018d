package gateway

import (
	"errors"
	"fmt"
	"time"

	"github.com/countersign/countersign/services/internal/rpc"
)

// mostConnected is what a process has connections for.
const mostConnected = 10_000

// Config of the gateway role.
type Config struct {
	// Listen is the HTTP address of the JSON API and the webhooks. Only the loopback: its callers are not authenticated.
	Listen string `yaml:"listen"`
	// WebhookListen is an HTTP address that answers webhooks and download links alone, for the world to reach; empty means
	// none.
	WebhookListen string `yaml:"webhook_listen"`
	// WebhookTimeout bounds the answer to a webhook. Yousign waits one second, Kommo two.
	WebhookTimeout time.Duration `yaml:"webhook_timeout"`
	// CallTimeout bounds the answer to a call of the JSON API.
	CallTimeout time.Duration `yaml:"call_timeout"`
	// DownloadTimeout bounds a whole download of up to 64 MiB: the default suits a line of 1 Mbit/s. At most an hour; a
	// client that takes nothing for 30 seconds is let go earlier.
	DownloadTimeout time.Duration `yaml:"download_timeout"`
	// MaxDownloads is how many downloads may be under way at once; more are answered 503.
	MaxDownloads int `yaml:"max_downloads"`
	// MaxWatchers is how many may watch events over HTTP at once; more are answered 503. One that takes no line for 30 seconds
	// is let go.
	MaxWatchers int `yaml:"max_watchers"`
}

// DefaultConfig returns the settings that need no file.
func DefaultConfig() Config {
	return Config{
		Listen: "127.0.0.1:8080", WebhookTimeout: 1500 * time.Millisecond, CallTimeout: 20 * time.Second,
		DownloadTimeout: 15 * time.Minute, MaxDownloads: 100, MaxWatchers: 100,
	}
}

// Check tells what is wrong with the settings, all at once.
func (c Config) Check() error {
	var errs []error
	if err := rpc.CheckLoopback(c.Listen); err != nil {
		errs = append(errs, fmt.Errorf("gateway.listen: %w", err))
	}
	if c.WebhookListen != "" {
		if err := rpc.CheckAddress(c.WebhookListen); err != nil {
			errs = append(errs, fmt.Errorf("gateway.webhook_listen: %w", err))
		}
	}
	if c.WebhookTimeout <= 0 || c.CallTimeout <= 0 {
		errs = append(errs, errors.New("gateway.webhook_timeout and gateway.call_timeout: must be more than 0"))
	}
	if c.DownloadTimeout <= 0 || c.DownloadTimeout > time.Hour {
		errs = append(errs, errors.New("gateway.download_timeout: must be more than 0 and at most 1h"))
	}
	if c.MaxDownloads < 1 || c.MaxDownloads > mostConnected || c.MaxWatchers < 1 || c.MaxWatchers > mostConnected {
		errs = append(errs, fmt.Errorf("gateway.max_downloads and gateway.max_watchers: must be 1 to %d", mostConnected))
	}
	return errors.Join(errs...)
}
