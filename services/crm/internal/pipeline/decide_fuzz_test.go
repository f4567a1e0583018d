package pipeline

import (
	"strings"
	"testing"
	"time"
)

// Whatever a deal holds: no second live request, nothing started with a hole, nothing unsafe on the card.
func FuzzDecide(f *testing.F) {
	f.Add("Ana Roth", "Ana", "Roth", "ana@roth.example", "+41441234567", "1200", "NDA {deal.name}", 1, "DECLINED", int64(5))
	f.Add("Ana Roth", "", "", "ana@roth", "044", "1e9", "{", 3, "SIGNED", int64(-5))
	f.Add("", "\u202e", "\x00", "", "", "", "", 0, "", int64(0))
	f.Fuzz(func(t *testing.T, full, first, last, email, phone, price, pattern string, number int, state string, entered int64) {
		rule := nda()
		rule.TitlePattern = pattern
		rule.Required = []string{"deal.price"}
		deal := with(func(d *Deal) {
			d.Price, d.StageEntryTime = price, friday().Add(time.Duration(entered)*time.Second)
			d.Contact = &Contact{Name: full, FirstName: first, LastName: last, Email: email, Phone: phone}
		})
		var history History
		if number > 0 && number < 1000 {
			history = History{{Rule: "nda", Number: number, State: State(state), EndTime: friday()}}
		}
		d := Decide(mustRules(t, rule), deal, history, friday())
		if len(history) == 1 && history[0].State.Live() != (d.Outcome == Running) {
			t.Errorf("a %s attempt led to %s", state, d.Outcome)
		}
		if d.Outcome != Start {
			return
		}
		s := d.Plan.Signers[0]
		if s.FirstName == "" || s.LastName == "" || !strings.Contains(s.Email, "@") || d.Plan.Title == "" || d.Plan.Values["deal.price"] == "" {
			t.Errorf("started with a hole: %+v", d.Plan)
		}
		if clean(d.Plan.Title) != d.Plan.Title || len([]rune(d.Plan.Title)) > maxTitle {
			t.Errorf("title %q", d.Plan.Title)
		}
	})
}
