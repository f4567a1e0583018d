package main

import (
	"log/slog"
	"slices"
	"strings"

	"github.com/countersign/countersign/services/internal/config"
	"github.com/countersign/countersign/services/internal/spelling"
)

// configVariable names the configuration file; it is no setting itself.
const configVariable = environmentPrefix + "_CONFIG"

// warnStrays names the variables that look like settings and are none: a misspelt one would go unnoticed. They are no mistakes,
// because Kubernetes sets variables of its own for a service with our name. Those that the file names hold its secrets.
func warnStrays(environ []string, file []byte, logger *slog.Logger) {
	known := config.Variables(&Config{}, environmentPrefix)
	for _, entry := range environ {
		name, _, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, environmentPrefix+"_") || name == configVariable || slices.Contains(known, name) || strings.Contains(string(file), name) {
			continue
		}
		about := []any{"variable", name}
		if nearest := spelling.Nearest(name, known); nearest != "" {
			about = append(about, "nearest", nearest)
		}
		logger.Warn("an environment variable looks like a setting and is none", about...)
	}
}
