package jobs

import (
	"fmt"
	"testing"
	"time"
)

// TestTheBudgetOfManyMinutes plays thousands of overdue checks against a clock of its own: never more than allowed in a
// minute but for those that the queue brought late, each request once, and none left over.
func TestTheBudgetOfManyMinutes(t *testing.T) {
	const overdue, perMinute = 5000, 15
	start := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	b := NewBudget(60 * perMinute)
	due := map[time.Duration][]string{}
	for n := range overdue {
		due[0] = append(due[0], fmt.Sprint("r", n))
	}
	made := map[int]int{}
	asked, total := 0, 0
	for at := time.Duration(0); total < overdue && at < 24*time.Hour; at += time.Second {
		for _, id := range due[at] {
			asked++
			wait := b.wait(id, start.Add(at))
			if wait == 0 {
				made[int(at/time.Minute)]++
				total++
				continue
			}
			late := at + wait.Round(time.Second) + time.Duration(asked%5)*time.Second // the queue looks every five seconds
			due[max(late, at+time.Second)] = append(due[max(late, at+time.Second)], id)
		}
		delete(due, at)
	}
	if total != overdue || len(b.places) != 0 {
		t.Fatalf("%d of %d were looked at, %d places are left", total, overdue, len(b.places))
	}
	for minute, n := range made {
		if n > perMinute+2 {
			t.Errorf("%d checks in minute %d, allowed are %d", n, minute, perMinute)
		}
	}
	if want := overdue/perMinute + 1; len(made) < want-1 || len(made) > want+1 {
		t.Errorf("it took %d minutes, want %d", len(made), want)
	}
	if asked > 3*overdue {
		t.Errorf("the line was joined %d times for %d checks", asked, overdue)
	}
}

// TestAnIdleBudgetSavesNothingUp: after a quiet hour there is no flood.
func TestAnIdleBudgetSavesNothingUp(t *testing.T) {
	b, now := NewBudget(3600), time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	if b.wait("a", now) != 0 {
		t.Fatal("the first one waits")
	}
	now = now.Add(time.Hour)
	if b.wait("b", now) != 0 || b.wait("c", now) != time.Second || b.wait("c", now) != time.Second || b.wait("d", now) != 2*time.Second {
		t.Fatal("what was not used was saved up, or a place was given twice")
	}
}

// TestWhoeverEndsLeavesTheLine: a place that nobody comes for would be kept for ever.
func TestWhoeverEndsLeavesTheLine(t *testing.T) {
	b, now := NewBudget(1), time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	if b.wait("a", now) != 0 || b.wait("b", now) != time.Hour || b.wait("c", now) != 2*time.Hour {
		t.Fatal("not one an hour")
	}
	b.leave("b")
	if _, kept := b.places["c"]; len(b.places) != 1 || !kept {
		t.Errorf("places %v", b.places)
	}
}
