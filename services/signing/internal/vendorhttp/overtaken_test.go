package vendorhttp

import (
	"net/http"
	"strconv"
	"testing"
	"time"
)

// TestAnOvertakenAnswerGivesNoCallBack: it was given before the later one, which arrived first. Only more than the calls
// under way can explain is news.
func TestAnOvertakenAnswerGivesNoCallBack(t *testing.T) {
	now := time.Date(2031, 1, 2, 3, 4, 10, 0, time.UTC)
	for _, c := range []struct{ later, underWay, want int }{
		{4, 1, 3}, {5, 1, 3}, {6, 1, 6}, {4, 0, 3}, {5, 0, 5}, {2, 1, 2}, {3, 1, 3},
	} {
		w := window{length: time.Minute, remaining: "Left", reset: "Reset"}
		for _, left := range []int{3, c.later} {
			w.learn(http.Header{"Left": {strconv.Itoa(left)}, "Reset": {"50"}}, now, c.underWay)
		}
		if w.left != c.want {
			t.Errorf("3, and then %d with %d under way: %d left, want %d", c.later, c.underWay, w.left, c.want)
		}
	}
}

// TestACallUnderWayIsSpent, although no answer has told so yet.
func TestACallUnderWayIsSpent(t *testing.T) {
	now := time.Date(2031, 1, 2, 3, 4, 10, 0, time.UTC)
	w := window{length: time.Minute, remaining: "Left", reset: "Reset"}
	w.learn(http.Header{"Left": {"2"}, "Reset": {"50"}}, now, 0)
	for underWay, want := range []time.Duration{0, 0, 50 * time.Second, 50 * time.Second} {
		if got := w.hold(now, underWay); got != want {
			t.Errorf("2 left and %d under way: wait %s, want %s", underWay, got, want)
		}
	}
}
