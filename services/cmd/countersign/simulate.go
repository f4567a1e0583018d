package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/countersign/countersign/services/internal/config"
	"github.com/countersign/countersign/services/internal/process"
	"github.com/countersign/countersign/services/sim/clock"
	simkommo "github.com/countersign/countersign/services/sim/kommo"
	"github.com/countersign/countersign/services/sim/pki"
	simskribble "github.com/countersign/countersign/services/sim/skribble"
	simyousign "github.com/countersign/countersign/services/sim/yousign"
)

// simulators are the three vendors on this machine.
type simulators struct {
	kommo, skribble, yousign string // base URLs
	// anchors is the file with the certificate that the simulated signatures chain to.
	anchors string
	parts   []process.Part
	closers []func()
}

// simulatedConfig is the configuration that fits the simulators at their documented addresses.
func simulatedConfig() (Config, error) {
	cfg := defaultConfig()
	err := config.Load(&cfg, "simulate.yaml", simulateConfig, environmentPrefix, os.LookupEnv)
	return cfg, err
}

// startSimulators listens at the addresses that cfg names and points cfg at what they became: port 0 picks a free one.
// gateway is the base URL that webhooks are sent to.
func startSimulators(cfg *Config, gateway string) (*simulators, error) {
	s := &simulators{}
	authority, err := pki.Open(filepath.Join(cfg.Data, "simulated-pki"))
	if err != nil {
		return nil, err
	}
	if err := s.trust(cfg, authority); err != nil {
		return nil, err
	}
	acme := cfg.CRM.Accounts["acme"]
	if s.kommo, err = s.kommoAt(acme.BaseURL, gateway+"/webhooks/kommo/acme/"+acme.WebhookToken.Reveal()); err != nil {
		s.close()
		return nil, err
	}
	acme.BaseURL = s.kommo
	cfg.CRM.Accounts["acme"] = acme
	skribble, yousign := cfg.Signing.Providers["skribble"], cfg.Signing.Providers["yousign"]
	if s.skribble, err = s.skribbleAt(skribble.BaseURL, authority); err != nil {
		s.close()
		return nil, err
	}
	hook := simyousign.Webhook{
		Endpoint:  gateway + "/webhooks/yousign/" + yousign.WebhookToken.Reveal(),
		SecretKey: yousign.WebhookSecrets[0].Reveal(),
	}
	if s.yousign, err = s.yousignAt(yousign.BaseURL, authority, hook); err != nil {
		s.close()
		return nil, err
	}
	skribble.BaseURL, yousign.BaseURL = s.skribble+"/v2", s.yousign+"/v3"
	cfg.Signing.Providers["skribble"], cfg.Signing.Providers["yousign"] = skribble, yousign
	return s, nil
}

// trust writes the authority's root to a file that the document role starts proof from.
func (s *simulators) trust(cfg *Config, authority *pki.Authority) error {
	s.anchors = filepath.Join(cfg.Data, "simulated-trust-anchors.pem")
	content := "Proves: AES SEAL TIMESTAMP QES-EIDAS QES-ZERTES\n" + string(authority.RootPEM())
	if err := os.WriteFile(s.anchors, []byte(content), 0o600); err != nil {
		return fmt.Errorf("write the simulated trust anchor: %w", err)
	}
	cfg.Document.TrustAnchors = append(cfg.Document.TrustAnchors, s.anchors)
	return nil
}

func (s *simulators) kommoAt(base, hook string) (string, error) {
	return s.serve("kommo simulator", base, func(url string) (http.Handler, func(), error) {
		time, seed := clock.New(1), simkommo.DefaultSeed()
		seed.Account.Currency = "EUR" // what the templates that come with the product are priced in
		seed.Subscriptions = []simkommo.Subscription{{Destination: hook, Settings: []string{
			"add_lead", "status_lead", "update_lead", "delete_lead", "update_contact",
		}}}
		sim, err := simkommo.New(simkommo.Config{
			BaseURL: url, Clock: time, RateLimit: simkommo.DefaultRateLimit, Seed: seed,
		})
		if err != nil {
			return nil, nil, err
		}
		return sim, func() { sim.Close(); time.Close() }, nil
	})
}

func (s *simulators) skribbleAt(base string, authority *pki.Authority) (string, error) {
	return s.serve("skribble simulator", base, func(url string) (http.Handler, func(), error) {
		sim, err := simskribble.New(simskribble.Config{BaseURL: url, Authority: authority})
		if err != nil {
			return nil, nil, err
		}
		return sim, func() { sim.Close() }, nil
	})
}

func (s *simulators) yousignAt(base string, authority *pki.Authority, hook simyousign.Webhook) (string, error) {
	return s.serve("yousign simulator", base, func(url string) (http.Handler, func(), error) {
		sim, err := simyousign.New(simyousign.Config{BaseURL: url, Authority: authority, Webhook: &hook, AnyEndpoint: true})
		if err != nil {
			return nil, nil, err
		}
		return sim, func() { sim.Close() }, nil
	})
}

// serve listens where base says, and has the simulator answer there once it runs.
func (s *simulators) serve(name, base string, build func(url string) (http.Handler, func(), error)) (string, error) {
	address := strings.TrimPrefix(base, "http://")
	address, _, _ = strings.Cut(address, "/")
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	url := "http://" + listener.Addr().String()
	handler, closeSimulator, err := build(url)
	if err != nil {
		return "", errors.Join(fmt.Errorf("%s: %w", name, err), listener.Close())
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	s.closers = append(s.closers, closeSimulator)
	s.parts = append(s.parts, process.Part{Name: name, Run: func(ctx context.Context) error {
		failed := make(chan error, 1)
		go func() { failed <- server.Serve(listener) }()
		select {
		case <-ctx.Done():
			return server.Close()
		case err := <-failed:
			return err
		}
	}})
	return url, nil
}

func (s *simulators) close() {
	for _, closeSimulator := range s.closers {
		closeSimulator()
	}
}
