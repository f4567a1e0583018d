package main

import (
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"

	"github.com/countersign/countersign/services/crm"
	"github.com/countersign/countersign/services/document"
	"github.com/countersign/countersign/services/gateway"
	"github.com/countersign/countersign/services/internal/config"
	"github.com/countersign/countersign/services/internal/rpc"
	"github.com/countersign/countersign/services/signing"
)

// environmentPrefix begins the name of every environment variable that is a setting.
const environmentPrefix = "COUNTERSIGN"

//go:embed simulate.yaml
var simulateConfig []byte

// Config is every setting there is.
type Config struct {
	// Data is the folder of the databases and, unless it is elsewhere, the archive.
	Data     string          `yaml:"data"`
	Log      Log             `yaml:"log"`
	Document document.Config `yaml:"document"`
	Signing  signing.Config  `yaml:"signing"`
	CRM      crm.Config      `yaml:"crm"`
	Gateway  gateway.Config  `yaml:"gateway"`
}

// Log says what is logged, to the standard error.
type Log struct {
	// Level is debug, info, warn or error.
	Level string `yaml:"level"`
	// Format is text or json.
	Format string `yaml:"format"`
}

func defaultConfig() Config {
	return Config{
		Data: "data", Log: Log{Level: "info", Format: "text"},
		Document: document.DefaultConfig(), Signing: signing.DefaultConfig(), CRM: crm.DefaultConfig(),
		Gateway: gateway.DefaultConfig(),
	}
}

// loadConfig reads the file, if there is one, and the environment, and checks what the named roles need.
func loadConfig(path string, roles []string) (Config, error) {
	var file []byte
	if path != "" {
		var err error
		if file, err = os.ReadFile(path); err != nil {
			return Config{}, fmt.Errorf("read the configuration: %w", err)
		}
	}
	cfg := defaultConfig()
	err := config.Load(&cfg, path, file, environmentPrefix, os.LookupEnv)
	var unread *config.UnreadError
	if err == nil || errors.As(err, &unread) {
		err = errors.Join(err, cfg.check(roles))
	}
	if err != nil {
		return Config{}, fmt.Errorf("configuration:\n%w", err)
	}
	logger, err := cfg.Log.logger()
	if err != nil {
		return Config{}, err
	}
	warnStrays(os.Environ(), file, logger)
	return cfg, nil
}

func (c Config) check(names []string) error {
	checks := map[string]func() error{
		"document": c.Document.Check, "signing": c.Signing.Check, "crm": c.CRM.Check, "gateway": c.Gateway.Check,
	}
	var errs []error
	if c.Data == "" {
		errs = append(errs, errors.New("data: must name a folder"))
	}
	for _, name := range names {
		errs = append(errs, checks[name]())
	}
	_, err := c.Log.logger()
	return errors.Join(append(errs, err, c.checkAddresses(names), c.checkProof(names))...)
}

// checkAddresses refuses a start of roles that could not be reached, or that could not reach the roles they call.
func (c Config) checkAddresses(names []string) error {
	listens := map[string]string{"document": c.Document.Listen, "signing": c.Signing.Listen, "crm": c.CRM.Listen}
	addresses := map[string]string{"document": c.Document.Address, "signing": c.Signing.Address, "crm": c.CRM.Address}
	var errs []error
	missing := map[string]bool{}
	for _, r := range roles() {
		if !slices.Contains(names, r.name) {
			continue
		}
		if listens[r.name] != "" {
			if err := rpc.CheckLoopback(listens[r.name]); err != nil {
				errs = append(errs, fmt.Errorf("%s.listen: %w", r.name, err))
			}
		}
		for _, called := range r.calls {
			if !slices.Contains(names, called) && addresses[called] == "" && !missing[called] {
				missing[called] = true
				errs = append(errs, fmt.Errorf("%s.address: is needed, because %s calls it and it does not run in the same process", called, r.name))
			}
		}
	}
	return errors.Join(errs...)
}

// checkProof refuses a start in which documents would be signed and none could ever be proven: without trust anchors
// every deal would end with a failed proof.
func (c Config) checkProof(roles []string) error {
	signs := slices.Contains(roles, "signing") && len(c.Signing.Providers) > 0
	if signs && slices.Contains(roles, "document") && len(c.Document.TrustAnchors) == 0 &&
		c.Document.TrustedLists == "" {
		return errors.New("document.trust_anchors: needs at least one file, or document.trusted_lists a folder, else no signed document could ever be proven")
	}
	return nil
}

func (l Log) logger() (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(l.Level)); err != nil {
		return nil, fmt.Errorf("log.level: %q is not debug, info, warn or error", l.Level)
	}
	options := &slog.HandlerOptions{Level: level}
	switch strings.ToLower(l.Format) {
	case "text":
		return slog.New(slog.NewTextHandler(os.Stderr, options)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(os.Stderr, options)), nil
	}
	return nil, fmt.Errorf("log.format: %q is not text or json", l.Format)
}
