package e2e_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// killsPerRound is how often the product dies before it is left alone. A deal is moved in each life, or just before it,
// when nobody hears the hook.
const killsPerRound = 5

// TestKillNine kills the product with SIGKILL at random moments, again and again, while deals are on their way; then it is
// left alone until every deal is won. At the end the vendors are asked what they saw: one envelope per deal, and on each
// card everything once.
func TestKillNine(t *testing.T) {
	noLeaks(t)
	kills, seed := number(t, "COUNTERSIGN_KILLS", 10), number(t, "COUNTERSIGN_SEED", time.Now().UnixNano()%1_000_000)
	t.Logf("seed %d", seed)
	g := gauntlet{dice: rand.New(rand.NewPCG(uint64(seed), 0)), executioner: &executioner{}}
	g.world = prepareWorld(t, topologies()[0], settings{Sweep: time.Second, FirstCheck: time.Second}, g.executioner.around)
	g.skribble.auto(t, "120ms")
	g.yousign.auto(t, "120ms")
	g.firstLife(t)
	start := time.Now()
	for left := int(kills); left > 0; left -= killsPerRound {
		g.round(t, min(left, killsPerRound))
	}
	violations := g.violations(t)
	for _, v := range violations {
		t.Error(v)
	}
	g.checkLog(t)
	fmt.Printf("kill: %d kills, seeds %d, %d deals, %d violations (%d envelopes withdrawn as twins, %d kills at the latest time, %v)\n",
		kills, seed, len(g.deals), len(violations), g.twins(t), g.executioner.ignored, time.Since(start).Round(time.Second))
	if t.Failed() {
		t.Logf("repeat with COUNTERSIGN_KILLS=%d COUNTERSIGN_SEED=%d; the end of the product's log:\n%s", kills, seed, g.logs.tail(200))
	}
}

// number reads an environment variable.
func number(t testing.TB, name string, otherwise int64) int64 {
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

// gauntlet is a world whose product does not live long.
type gauntlet struct {
	*world
	dice        *rand.Rand
	executioner *executioner
	deals       []*deal
}

// firstLife is a quiet one: the product finds its stages empty, so that every later deal is new to it.
func (g *gauntlet) firstLife(t *testing.T) {
	t.Helper()
	g.launch(t)
	g.awaitReady(t)
	g.awaitSwept(t)
	g.product.stop(t)
}

// launch starts the product, to be killed at the test's end should it still run.
func (g *gauntlet) launch(t *testing.T) {
	t.Helper()
	g.product = launch(t, g.shape, g.config, g.logs)
	t.Cleanup(g.product.processes[0].kill)
}

// round moves new deals while it kills, then leaves the product alone until they are won.
func (g *gauntlet) round(t *testing.T, kills int) {
	t.Helper()
	must(t, http.MethodPost, g.kommo.url+"/_sim/subscriptions/enable", map[string]any{"destination": g.kommo.hook}, nil)
	var fresh []*deal
	for range kills {
		d := g.deal([]string{stageSkribbleQES, stageYousignQES}[g.dice.IntN(2)])
		g.kommo.add(t, d)
		fresh = append(fresh, d)
	}
	g.deals = append(g.deals, fresh...)
	for _, d := range fresh {
		unheard := g.dice.IntN(2) == 0
		if unheard {
			g.kommo.move(t, d, d.stage)
		}
		g.launch(t)
		if !unheard {
			g.kommo.move(t, d, d.stage)
		}
		s := judge(g.dice)
		g.executioner.execute(g.product.processes[0], s)
		t.Logf("killed %s", s)
	}
	g.launch(t)
	g.awaitReady(t)
	for _, d := range fresh {
		eventually(t, fmt.Sprintf("deal %d is won", d.lead), func() error { return g.isWon(d) })
	}
	g.quiet(t)
	for _, d := range fresh {
		g.checkArchive(t, d)
	}
	g.product.stop(t)
}

// isWon tells what is missing until a deal is won and its card is written.
func (g *gauntlet) isWon(d *deal) error {
	c, err := g.kommo.card(d)
	if err != nil {
		return err
	}
	known, err := g.known(d)
	if err != nil {
		return err
	}
	if c.Lead.StatusID != stageWon {
		return fmt.Errorf("it is in stage %q; known: %+v", c.Stage, known)
	}
	return known.settled()
}

// violations lists every promise that was broken, as the vendors see it.
func (g *gauntlet) violations(t *testing.T) []error {
	t.Helper()
	var found []error
	for _, d := range g.deals {
		c, err := g.kommo.card(d)
		if err != nil {
			found = append(found, err)
		} else if diff := cmp.Diff(won(), c.tally()); diff != "" {
			found = append(found, fmt.Errorf("deal %d: card (-want +got):\n%s", d.lead, diff))
		}
		if live := g.envelopes(t, d, true); live != 1 {
			found = append(found, fmt.Errorf("deal %d: %d live envelopes at %s, want 1", d.lead, live, g.vendorOf(d).name))
		}
	}
	if len(g.deals) == 0 {
		found = append(found, errors.New("no deal was made"))
	}
	return found
}

// envelopes counts those of a deal that are live, or those that are not.
func (g *gauntlet) envelopes(t *testing.T, d *deal, live bool) int {
	t.Helper()
	n := 0
	for _, e := range g.vendorOf(d).envelopes(t, d.title) {
		if e.live() == live {
			n++
		}
	}
	return n
}

// twins counts the envelopes that were made twice and withdrawn, and drafts that were left behind.
func (g *gauntlet) twins(t *testing.T) int {
	t.Helper()
	n := 0
	for _, d := range g.deals {
		n += g.envelopes(t, d, false)
	}
	return n
}
