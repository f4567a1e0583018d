package main

import (
	"log/slog"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/countersign/countersign/services/internal/spelling"
)

// configVariable names the configuration file; it is no setting itself.
const configVariable = environmentPrefix + "_CONFIG"

// variables remembers which environment variables are settings: those that were looked up.
type variables map[string]bool

func (v variables) lookup(name string) (string, bool) {
	v[name] = true
	return os.LookupEnv(name)
}

// warn names the variables that look like settings and are none: a misspelt one would go unnoticed. They are no mistakes,
// because Kubernetes sets variables of its own for a service with our name. Those that the file names hold its secrets.
func (v variables) warn(environ []string, file []byte, logger *slog.Logger) {
	known := slices.Sorted(maps.Keys(v))
	for _, entry := range environ {
		name, _, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, environmentPrefix+"_") || name == configVariable || v[name] || strings.Contains(string(file), name) {
			continue
		}
		logger.Warn("an environment variable looks like a setting and is none", "variable", name, "nearest", nearest(name, known))
	}
}

// nearest is the name that the fewest changes of a letter lead to.
func nearest(name string, known []string) string {
	return slices.MinFunc(known, func(a, b string) int { return spelling.Distance(name, a) - spelling.Distance(name, b) })
}
