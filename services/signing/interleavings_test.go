package signing_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The seeds that run when nobody says how many: as many as fit into a while, and no more than these.
const (
	someSeeds = 100
	someTime  = 20 * time.Second
)

// everyTwice is how many seeds there are to one that runs a second time and must come to the same end.
const everyTwice = 20

// TestInterleavings throws dice for all that callers, signers, vendors, the network and death do, in any order and in the
// middle of everything, and asks the vendors in the end what they have.
func TestInterleavings(t *testing.T) {
	runs, first := seedNumber(t, "COUNTERSIGN_SEEDS", 0), seedNumber(t, "COUNTERSIGN_SEED", 1)
	field := &field{counts: map[string]int{}, ground: newSoil(t), start: time.Now()}
	last := first + someSeeds
	if runs > 0 {
		last = first + runs
	}
	t.Run("seeds", func(t *testing.T) {
		for n := first; n < last; n++ {
			t.Run(strconv.FormatInt(n, 10), func(t *testing.T) {
				t.Parallel()
				if runs == 0 && time.Since(field.start) > someTime {
					return // the last line tells how many ran
				}
				field.run(t, n)
			})
		}
	})
	fmt.Println(field.line())
}

func seedNumber(t *testing.T, name string, otherwise int64) int64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		t.Fatalf("%s=%q is not a number", name, text)
	}
	return n
}

// field counts what became of all seeds.
type field struct {
	ground soil
	start  time.Time

	mu     sync.Mutex
	runs   int
	tally  tally
	counts map[string]int
}

func (f *field) run(t *testing.T, number int64) {
	s := f.grow(t, number)
	if number%everyTwice == 0 {
		again := f.grow(t, number)
		if diff := cmp.Diff(s.after, again.after); diff != "" {
			s.violate("regressions", "the same seed came to another end: %s\nby another way: %s", diff, cmp.Diff(s.story, again.story))
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.runs++
	f.tally.add(s.tally)
	for _, v := range s.violations {
		f.counts[v.kind]++
		t.Errorf("seed %d: %s: %s", number, v.kind, v.what)
	}
	if len(s.violations) > 0 || os.Getenv("COUNTERSIGN_STORY") != "" {
		t.Logf("repeat with RUNS=1 SEED=%d; what happened:\n%s\n%s", number, strings.Join(s.story, "\n"), s.after)
	}
}

// grow runs a seed in a bubble of its own.
func (f *field) grow(t *testing.T, number int64) (s *seed) {
	synctest.Test(t, func(t *testing.T) {
		s = plant(t, f.ground, number)
		defer s.uproot()
		s.live()
		s.tally.requests = len(s.requests())
		s.after = s.outcome()
	})
	return s
}

func (f *field) line() string {
	c, a := f.counts, f.tally
	return fmt.Sprintf("interleavings: %d runs, %d duplicates, %d orphans, %d lost, %d regressions\n"+
		"interleavings: %d requests, %d vendor calls, %d faults, %d kills, %d restarts, %d jobs, %d callbacks, %d acts, %d verbs in %v",
		f.runs, c["duplicates"], c["orphans"], c["lost"], c["regressions"],
		a.requests, a.calls, a.faults, a.kills, a.restarts, a.jobs, a.hints, a.acts, a.verbs, time.Since(f.start).Round(time.Second))
}
