package prerequisite_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/countersign/countersign/services/internal/prerequisite"
)

// recorder is a test that only notes how it ended.
type recorder struct {
	testing.TB
	failed, skipped string
}

func (r *recorder) Helper() {}

func (r *recorder) Fatalf(format string, _ ...any) {
	r.failed = format
	runtime.Goexit()
}

func (r *recorder) Skipf(format string, _ ...any) {
	r.skipped = format
	runtime.Goexit()
}

// in runs a test to its end, wherever that is.
func in(t *testing.T, test func(t testing.TB)) *recorder {
	r, done := &recorder{TB: t}, make(chan struct{})
	go func() {
		defer close(done)
		test(r)
	}()
	<-done
	return r
}

func TestWhatIsMissingIsSkippedOrFails(t *testing.T) {
	for value, fails := range map[string]bool{"": false, "0": false, "1": true} {
		t.Setenv("COUNTERSIGN_NO_SKIP", value)
		t.Setenv("COUNTERSIGN_TEST_PROGRAM", filepath.Join(t.TempDir(), "none"))
		r := in(t, func(t testing.TB) { prerequisite.Program(t, "COUNTERSIGN_TEST_PROGRAM", "none", "make none") })
		if (r.failed != "") != fails || (r.skipped != "") == fails {
			t.Errorf("%q: failed %q, skipped %q", value, r.failed, r.skipped)
		}
		if !fails && !strings.HasPrefix(r.skipped, "NOT TESTED") {
			t.Errorf("a quiet skip: %q", r.skipped)
		}
	}
}

func TestAProgramIsTheOneThatIsNamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "server")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("COUNTERSIGN_TEST_PROGRAM", path)
	if got := prerequisite.Program(t, "COUNTERSIGN_TEST_PROGRAM", "other", "make other"); got != path {
		t.Errorf("got %s", got)
	}
}
