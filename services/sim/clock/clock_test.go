package clock_test

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/sim/clock"
)

func TestRunsAtScale(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := clock.New(60)
		defer c.Close()
		start := c.Now()
		if !start.Equal(time.Now()) {
			t.Errorf("starts at %v, want the real now %v", start, time.Now())
		}
		time.Sleep(2 * time.Second)
		if got := c.Now().Sub(start); got != 2*time.Minute {
			t.Errorf("two real seconds made %v, want 2m", got)
		}
	})
}

func TestFiresByRealTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := clock.New(60)
		defer c.Close()
		start := time.Now()
		fired := make(chan time.Duration, 2)
		c.AfterFunc(10*time.Minute, func() { fired <- time.Since(start) })
		c.AfterFunc(5*time.Minute, func() { fired <- time.Since(start) })
		for _, want := range []time.Duration{5 * time.Second, 10 * time.Second} {
			if got := (<-fired).Round(time.Millisecond); got != want {
				t.Errorf("fired after %v of real time, want %v", got, want)
			}
		}
	})
}

func TestAdvanceFollowsChains(t *testing.T) {
	c := clock.New(0)
	defer c.Close()
	start := c.Now()
	var fired []time.Duration
	note := func() { fired = append(fired, c.Now().Sub(start)) }
	c.AfterFunc(30*time.Minute, note)
	c.AfterFunc(5*time.Minute, func() {
		note()
		c.AfterFunc(15*time.Minute, func() {
			note()
			c.AfterFunc(2*time.Hour, note)
		})
	})
	c.Advance(time.Hour)
	want := []time.Duration{5 * time.Minute, 20 * time.Minute, 30 * time.Minute}
	if diff := cmp.Diff(want, fired); diff != "" {
		t.Errorf("fired at (-want +got):\n%s", diff)
	}
	if got := c.Now().Sub(start); got != time.Hour {
		t.Errorf("advanced by %v, want 1h", got)
	}
}

func TestAdvanceWaitsForRunning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := clock.New(3600)
		defer c.Close()
		start := c.Now()
		release := make(chan struct{})
		var next atomic.Int64
		c.AfterFunc(0, func() {
			<-release
			c.AfterFunc(time.Minute, func() { next.Store(int64(c.Now().Sub(start))) })
		})
		synctest.Wait()
		advanced := make(chan struct{})
		go func() { c.Advance(time.Hour); close(advanced) }()
		synctest.Wait()
		time.Sleep(time.Second) // an hour, were the clock not standing still
		close(release)
		<-advanced
		if got := time.Duration(next.Load()); got != time.Minute {
			t.Errorf("the chain's next step ran at %v, want 1m", got)
		}
	})
}

func TestEqualTimesKeepOrder(t *testing.T) {
	c := clock.New(0)
	defer c.Close()
	var got []int
	for i := range 20 {
		c.AfterFunc(time.Second, func() { got = append(got, i) })
	}
	c.Advance(time.Second)
	for i, v := range got {
		if v != i {
			t.Fatalf("order %v", got)
		}
	}
	if len(got) != 20 {
		t.Errorf("%d of 20 fired", len(got))
	}
}

func TestStop(t *testing.T) {
	c := clock.New(0)
	defer c.Close()
	fired := 0
	stop := c.AfterFunc(time.Minute, func() { fired++ })
	late := c.AfterFunc(time.Second, func() { fired += 10 })
	if !stop() || stop() {
		t.Error("stop must be true exactly once")
	}
	c.Advance(time.Hour)
	if late() {
		t.Error("stop after the run must be false")
	}
	if fired != 10 {
		t.Errorf("fired %d, want 10", fired)
	}
}

func TestStandingClockRunsWhatIsDueNow(t *testing.T) {
	c := clock.New(0)
	defer c.Close()
	ran := make(chan struct{})
	c.AfterFunc(-time.Second, func() { close(ran) })
	<-ran
}

func TestCloseDropsTimers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := clock.New(1)
		var fired atomic.Int64
		stop := c.AfterFunc(time.Second, func() { fired.Add(1) })
		c.Close()
		if stop() {
			t.Error("stop after Close must be false")
		}
		c.AfterFunc(0, func() { fired.Add(1) })
		c.Advance(time.Hour)
		time.Sleep(2 * time.Second)
		if fired.Load() != 0 {
			t.Errorf("%d functions ran after Close", fired.Load())
		}
	})
}
