package main

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/services/document"
)

func TestAScrubFailsWhenSomethingIsWrong(t *testing.T) {
	data := t.TempDir()
	service, err := document.New(t.Context(), document.DefaultConfig(), data, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := service.Close(); err != nil {
		t.Fatal(err)
	}
	for _, json := range []bool{false, true} {
		if err := (&scrubCommand{Data: data, JSON: json}).Run(t.Context()); err != nil {
			t.Errorf("a sound archive: %v", err)
		}
	}
	if err := os.WriteFile(filepath.Join(data, "archive", "stray"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := (&scrubCommand{Data: data}).Run(t.Context()); !errors.Is(err, errUnsound) {
		t.Errorf("a stray file: %v", err)
	}
	if err := (&scrubCommand{Data: filepath.Join(data, "none")}).Run(t.Context()); err == nil || errors.Is(err, errUnsound) {
		t.Errorf("no data: %v", err)
	}
}

func TestTheSummaryCountsEveryProblem(t *testing.T) {
	tally := document.Tally{Objects: 7, Bytes: 3e6, Elapsed: time.Second, Findings: map[document.Problem]int{}}
	for i, problem := range document.Problems() {
		tally.Findings[problem] = i + 1
	}
	want := "7 objects sound, 3000000 bytes, 1 DAMAGED, 2 MISSING, 3 UNREADABLE, 4 MISPLACED, 5 UNKNOWN, 3.0 MB/s"
	if got := summary(tally); got != want {
		t.Errorf("got %s", got)
	}
	if strings.Contains(summary(document.Tally{Objects: 1}), "DAMAGED") {
		t.Error("a problem that nothing has")
	}
}
