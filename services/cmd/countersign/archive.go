package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/countersign/countersign/services/document"
)

type archiveCommand struct {
	Scrub scrubCommand `cmd:"" help:"Read every archived document again, compare it with its hash and with the database, and name what is wrong. A server may run meanwhile."`
}

type scrubCommand struct {
	Config string `short:"c" placeholder:"FILE" env:"COUNTERSIGN_CONFIG" help:"Configuration file (YAML)."`
	Data   string `placeholder:"FOLDER" help:"Folder of the databases and the archive; takes the place of the setting."`
	JSON   bool   `name:"json" help:"Print one JSON object per finding, and the counts as the last one."`
}

// errUnsound makes the exit code 1.
var errUnsound = errors.New("the archive is not sound")

// progressEvery is the pause between two lines of progress.
const progressEvery = 5 * time.Second

// Run prints a line per finding and the counts; it fails when something is wrong.
func (c *scrubCommand) Run(ctx context.Context) error {
	cfg, err := loadConfig(c.Config, []string{"document"})
	if err != nil {
		return err
	}
	if c.Data != "" {
		cfg.Data = c.Data
	}
	next := time.Now().Add(progressEvery)
	tally, err := document.Scrub(ctx, cfg.Document, cfg.Data, c.report, func(t document.Tally) {
		if now := time.Now(); now.After(next) {
			fmt.Fprintln(os.Stderr, summary(t))
			next = now.Add(progressEvery)
		}
	})
	if err != nil {
		return errors.Join(fmt.Errorf("the scrub ended early, after %s", summary(tally)), err)
	}
	if c.JSON {
		c.line(tally)
	} else {
		fmt.Println(summary(tally))
	}
	if !tally.Sound() {
		return errUnsound
	}
	return nil
}

func (c *scrubCommand) report(f document.Finding) {
	if c.JSON {
		c.line(f)
		return
	}
	where := f.Key
	if where == "" {
		where = f.SHA256
	}
	fmt.Println(strings.TrimSpace(fmt.Sprintf("%-10s %q %s", f.Problem, where, strings.Join(f.Documents, " "))))
}

func (c *scrubCommand) line(value any) {
	if raw, err := json.Marshal(value); err == nil { // structs of strings and numbers
		fmt.Println(string(raw))
	}
}

func summary(t document.Tally) string {
	text := fmt.Sprintf("%d objects sound, %d bytes", t.Objects, t.Bytes)
	for _, problem := range document.Problems() {
		if n := t.Findings[problem]; n > 0 {
			text += fmt.Sprintf(", %d %s", n, problem)
		}
	}
	if seconds := t.Elapsed.Seconds(); seconds > 0 {
		text += fmt.Sprintf(", %.1f MB/s", float64(t.Bytes)/1e6/seconds)
	}
	return text
}
