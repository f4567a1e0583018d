package window_test

import (
	"testing"
	"time"

	"github.com/countersign/countersign/services/sim/yousign/internal/window"
)

func TestWindowsFollowTheClock(t *testing.T) {
	at := func(s string) time.Time {
		v, err := time.Parse(time.TimeOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	l := window.New(window.Limits{Minute: 2, Hour: 3})
	for i, step := range []struct {
		key, at      string
		ok           bool
		minute, hour int
		retry        time.Duration
	}{
		{"a", "10:00:50", true, 1, 2, 0},
		{"a", "10:00:55", true, 0, 1, 0},
		{"a", "10:00:55", false, 0, 1, 5 * time.Second},
		{"b", "10:00:55", true, 1, 2, 0},
		{"a", "10:01:00", true, 1, 0, 0}, // a clock minute later, not sixty seconds
		{"a", "10:59:30", false, 2, 0, 30 * time.Second},
		{"a", "11:00:00", true, 1, 2, 0},
	} {
		s := l.Take(step.key, at(step.at))
		if s.OK != step.ok || s.RemainingMinute != step.minute || s.RemainingHour != step.hour || s.Retry != step.retry {
			t.Errorf("step %d: %+v, want %+v", i, s, step)
		}
	}
}
