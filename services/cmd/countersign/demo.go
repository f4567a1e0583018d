package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/countersign/countersign/services/internal/process"
)

type demoCommand struct {
	Keep    string        `placeholder:"FOLDER" help:"Keep databases, archive and log in this folder instead of a temporary one."`
	Timeout time.Duration `default:"45s" help:"How long the deals may take."`
}

// Run takes the demo's deals to Won and tells how. It fails when one of them does not get there.
func (c *demoCommand) Run(ctx context.Context) error {
	if err := c.check(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	cfg, err := demoConfig()
	if err != nil {
		return err
	}
	remove, err := cfg.temporary(c.Keep)
	if err != nil {
		return err
	}
	defer remove()
	log, err := os.Create(filepath.Join(cfg.Data, "demo.log"))
	if err != nil {
		return fmt.Errorf("make the log: %w", err)
	}
	defer log.Close()
	sims, err := startSimulators(&cfg, "http://"+cfg.Gateway.Listen)
	if err != nil {
		return err
	}
	defer sims.close()
	p, err := build(ctx, cfg, roleNames(), slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		return err
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	var ended sync.WaitGroup
	var runErr error
	ended.Go(func() {
		runErr = errors.Join(process.Run(running, append(sims.parts, p.parts...)), p.close())
	})
	story := &story{gateway: "http://" + p.gateway, kommo: sims.kommo, skribble: sims.skribble, yousign: sims.yousign}
	storyErr := story.tell(ctx)
	stop()
	ended.Wait()
	return errors.Join(storyErr, runErr)
}

// check refuses what would make the demo fail late: it tells of new deals, so it starts from nothing.
func (c *demoCommand) check() error {
	if c.Timeout <= 0 {
		return errors.New("--timeout must be more than 0")
	}
	entries, err := os.ReadDir(c.Keep)
	if c.Keep != "" && err == nil && len(entries) > 0 {
		return fmt.Errorf("--keep: %s is not empty", c.Keep)
	}
	return nil
}

// demoConfig is the simulated configuration with every address free to choose, so that a demo runs beside anything.
func demoConfig() (Config, error) {
	cfg, err := simulatedConfig()
	if err != nil {
		return cfg, err
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return cfg, fmt.Errorf("find a free port: %w", err)
	}
	cfg.Gateway.Listen = free.Addr().String() // webhooks are set up before the gateway listens
	cfg.Signing.Callbacks = "http://" + cfg.Gateway.Listen
	acme := cfg.CRM.Accounts["acme"]
	acme.BaseURL = "http://127.0.0.1:0"
	cfg.CRM.Accounts["acme"] = acme
	for name, provider := range cfg.Signing.Providers {
		provider.BaseURL = "http://127.0.0.1:0"
		cfg.Signing.Providers[name] = provider
	}
	return cfg, free.Close()
}
