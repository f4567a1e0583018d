package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"

	"github.com/countersign/countersign/services/internal/process"
)

type serveCommand struct {
	Roles    []string `arg:"" optional:"" enum:"document,signing,crm,gateway" help:"Roles to run: document, signing, crm, gateway. None means all."`
	Config   string   `short:"c" placeholder:"FILE" env:"COUNTERSIGN_CONFIG" help:"Configuration file (YAML)."`
	Simulate bool     `help:"Run all roles against simulated vendors on this machine; no configuration is needed."`
	Data     string   `placeholder:"FOLDER" help:"Folder of the databases and the archive; takes the place of the setting."`
}

// Run serves until the process is asked to stop.
func (c *serveCommand) Run(ctx context.Context) error {
	if c.Simulate {
		return c.simulate(ctx)
	}
	names := c.Roles
	if len(names) == 0 {
		names = roleNames()
	}
	cfg, err := loadConfig(c.Config, names)
	if err != nil {
		return err
	}
	if c.Data != "" {
		cfg.Data = c.Data
	}
	logger, err := cfg.Log.logger()
	if err != nil {
		return err
	}
	p, err := build(ctx, cfg, names, logger)
	if err != nil {
		return err
	}
	cfg.warnIdle(names, logger)
	logger.Info("serving", "roles", strings.Join(names, " "), "gateway", p.gateway)
	return p.run(ctx)
}

// warnIdle says so when nothing could ever be signed: that is no mistake, for a first look needs no account.
func (c Config) warnIdle(names []string, logger *slog.Logger) {
	if slices.Contains(names, "signing") && len(c.Signing.Providers) == 0 {
		logger.Warn("no provider is configured: every signature request will be refused", "setting", "signing.providers")
	}
}

// simulate runs everything in this process, the vendors included. Simulated vendors forget everything when they stop, so
// the product's data goes with them unless a folder was named.
func (c *serveCommand) simulate(ctx context.Context) error {
	if len(c.Roles) > 0 || c.Config != "" {
		return errors.New("--simulate runs all roles with a configuration of its own: name neither roles nor a file")
	}
	cfg, err := simulatedConfig()
	if err != nil {
		return err
	}
	remove, err := cfg.temporary(c.Data)
	if err != nil {
		return err
	}
	defer remove()
	sims, err := startSimulators(&cfg, "http://"+cfg.Gateway.Listen)
	if err != nil {
		return err
	}
	defer sims.close()
	logger, err := cfg.Log.logger()
	if err != nil {
		return err
	}
	p, err := build(ctx, cfg, roleNames(), logger)
	if err != nil {
		return err
	}
	sims.describe(p.gateway)
	return errors.Join(process.Run(ctx, append(sims.parts, p.parts...)), p.close())
}

// temporary puts the data into a new folder unless one was named; remove takes the new one away again.
func (c *Config) temporary(named string) (remove func(), err error) {
	if named != "" {
		c.Data = named
		return func() {}, os.MkdirAll(named, 0o700)
	}
	if c.Data, err = os.MkdirTemp("", "countersign-"); err != nil {
		return nil, fmt.Errorf("make a temporary folder: %w", err)
	}
	folder := c.Data
	return func() { _ = os.RemoveAll(folder) }, nil
}

func (s *simulators) describe(gateway string) {
	if gateway != "" {
		fmt.Printf("gateway            http://%s   (JSON API at /v1, described at /openapi.json)\n", gateway)
	}
	fmt.Printf("kommo simulator    %s\n", s.kommo)
	fmt.Printf("skribble simulator %s\n", s.skribble)
	fmt.Printf("yousign simulator  %s\n", s.yousign)
	fmt.Printf("trust anchor       %s\n", s.anchors)
	fmt.Println("Each simulator has a control API under /_sim/. Stop with Ctrl-C.")
}

type simulateCommand struct {
	Data    string `required:"" placeholder:"FOLDER" help:"Folder for the simulated certificate authority; it is kept, so that a restart has the same trust anchor."`
	Gateway string `default:"http://127.0.0.1:8080" placeholder:"URL" help:"Base URL of the gateway that webhooks are sent to."`
}

// Run runs the simulators until the process is asked to stop.
func (c *simulateCommand) Run(ctx context.Context) error {
	cfg, err := simulatedConfig()
	if err != nil {
		return err
	}
	if _, err := cfg.temporary(c.Data); err != nil {
		return err
	}
	sims, err := startSimulators(&cfg, strings.TrimRight(c.Gateway, "/"))
	if err != nil {
		return err
	}
	defer sims.close()
	sims.describe("")
	return process.Run(ctx, sims.parts)
}

type configCommand struct {
	Check configCheckCommand `cmd:"" help:"Check a configuration as a start would, and start nothing."`
}

type configCheckCommand struct {
	Roles  []string `arg:"" optional:"" enum:"document,signing,crm,gateway" help:"Roles to check for; none means all."`
	Config string   `short:"c" placeholder:"FILE" env:"COUNTERSIGN_CONFIG" help:"Configuration file (YAML)."`
}

// Run checks and says so.
func (c *configCheckCommand) Run() error {
	names := c.Roles
	if len(names) == 0 {
		names = roleNames()
	}
	if _, err := loadConfig(c.Config, names); err != nil {
		return err
	}
	fmt.Println("configuration: ok for", strings.Join(names, ", "))
	return nil
}
