package inspect_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/services/document/internal/inspect"
)

// said puts what is said about a file into one line.
func said(tb testing.TB, report inspect.Report, err error) string {
	tb.Helper()
	var refusal *inspect.Error
	switch {
	case errors.As(err, &refusal):
		return strings.TrimSpace(string(refusal.Kind) + " " + string(refusal.Content))
	case err != nil:
		tb.Fatal(err)
	}
	out := report.PDFVersion
	for _, r := range report.Remarks {
		out += fmt.Sprintf(" %s@%d", r.Code, r.Page)
		if r.Detail == "" {
			tb.Errorf("%s says nothing for people", r.Code)
		}
	}
	return out
}

// mostBytes is what one inspection may allocate, not at once but all together. What it takes of a processor is for the
// benchmark: a test on a busy machine cannot say.
const mostBytes = 128 << 20

func TestEachFileOfTheCorpus(t *testing.T) {
	for _, s := range corpus() {
		t.Run(s.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			report, err := inspect.PDF(t.Context(), s.file)
			spent := time.Since(start)
			runtime.ReadMemStats(&after)
			if got := said(t, report, err); got != s.want {
				t.Errorf("%s, want %s (%v)", got, s.want, err)
			}
			if allocated := after.TotalAlloc - before.TotalAlloc; allocated > mostBytes {
				t.Errorf("took %d MiB", allocated>>20)
			}
			if testing.Verbose() {
				t.Logf("%d KiB: %v, %d KiB", len(s.file)>>10, spent, (after.TotalAlloc-before.TotalAlloc)>>10)
			}
		})
	}
}

func TestARefusalQuotesNothing(t *testing.T) {
	for _, s := range hidden() {
		if _, err := inspect.PDF(t.Context(), s.file); strings.Contains(err.Error(), "alert") {
			t.Errorf("%s: %v", s.name, err)
		}
	}
}

func TestAnEndedCallEndsTheInspection(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, inspected := range []func(context.Context, []byte) (inspect.Report, error){inspect.PDF, inspect.New().PDF} {
		if _, err := inspected(ctx, of("", "")); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
	}
}
