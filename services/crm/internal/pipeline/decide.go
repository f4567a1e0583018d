package pipeline

import "time"

// Outcome is what a decision comes to.
type Outcome string

// The outcomes.
const (
	// Nothing is to be done; Reason says why.
	Nothing Outcome = "nothing"
	// Start a request: Plan says which.
	Start Outcome = "start"
	// Ask a person: Missing says for what, Effects holds the one task.
	Ask Outcome = "ask"
	// Running means that a live request for the deal and rule is there already.
	Running Outcome = "running"
	// Withdraw the live attempts in Withdraw, because the deal is gone, lost, or asks for another document now. What it
	// asks for is decided once they have ended.
	Withdraw Outcome = "withdraw"
)

// Reason says why there is nothing to do.
type Reason string

// The reasons.
const (
	// NoRule means that the deal's stage triggers no rule.
	NoRule Reason = "no_rule"
	// DealDeleted means that the deal is gone and has no live attempt.
	DealDeleted Reason = "deal_deleted"
	// AlreadyCompleted means that the deal was signed and the rule is not repeatable.
	AlreadyCompleted Reason = "already_completed"
	// NotReentered means that the last attempt has ended and the deal has not entered the stage since.
	NotReentered Reason = "not_reentered"
	// Unchanged means that the last attempt was refused and nothing it was refused for has changed.
	Unchanged Reason = "unchanged"
	// Existing means that the deal was in its stage before the stage was looked through for the first time. Decide never
	// says so: nothing was decided yet.
	Existing Reason = "existing"
)

// Decision is what to do about a deal.
type Decision struct {
	Outcome Outcome
	// Reason is set for Nothing only.
	Reason Reason
	// Rule is the id of the rule that was applied; empty when none was.
	Rule string
	// Attempt is the number to start or ask for, or that of the running attempt.
	Attempt  int
	Plan     *Plan
	Missing  []Field
	Withdraw []Attempt
	Effects  []Effect
}

// Decide says what a deal needs. It is the same for the same arguments, so that it may be asked again at every hint; now
// dates the document and the task, and its location is that of the document's date.
func Decide(rules Rules, deal Deal, history History, now time.Time) Decision {
	if open := rules.withdrawable(deal, history); len(open) > 0 {
		return Decision{Outcome: Withdraw, Withdraw: open}
	}
	if deal.Deleted {
		return Decision{Outcome: Nothing, Reason: DealDeleted}
	}
	rule, ok := rules.At(deal.PipelineID, deal.StageID)
	if !ok {
		return Decision{Outcome: Nothing, Reason: NoRule}
	}
	if others := rules.others(rule, history); len(others) > 0 {
		return Decision{Outcome: Withdraw, Rule: rule.ID, Withdraw: others}
	}
	if live := history.live(); len(live) > 0 {
		return Decision{Outcome: Running, Rule: rule.ID, Attempt: live[len(live)-1].Number}
	}
	last := history.last(rule.ID)
	return rule.next(deal, last, now)
}

// next decides when no attempt is live; last is zero or has ended.
func (r Rule) next(deal Deal, last Attempt, now time.Time) Decision {
	again := last.reentered(deal.StageEntryTime)
	d := Decision{Outcome: Nothing, Rule: r.ID, Attempt: last.Number}
	switch {
	case last.State == Completed && !r.Repeatable:
		d.Reason = AlreadyCompleted
		return d
	case last.Number > 0 && last.State != Refused && !last.Unsent && !again:
		d.Reason = NotReentered
		return d
	}
	plan, missing := r.plan(deal, last.Number+1, now)
	if last.State == Refused && !again && plan.Fingerprint == last.Fingerprint {
		d.Reason = Unchanged
		return d
	}
	d.Attempt = last.Number + 1
	if len(missing) > 0 {
		s := Subject{Rule: r, Account: deal.Account, LeadID: deal.LeadID, ResponsibleUserID: deal.ResponsibleUserID, Attempt: d.Attempt}
		d.Outcome, d.Missing, d.Effects = Ask, missing, []Effect{s.missingData(deal.Ask, missing, now)}
		return d
	}
	d.Outcome, d.Plan = Start, &plan
	return d
}

// withdrawable returns the live attempts that a deleted or lost deal leaves behind. An attempt of a rule that is no longer
// configured is withdrawn as well.
func (s Rules) withdrawable(deal Deal, history History) []Attempt {
	if !deal.Deleted && deal.StageID != StageLost {
		return nil
	}
	var open []Attempt
	for _, a := range history.live() {
		if rule, _ := s.Rule(a.Rule); deal.Deleted || !rule.KeepWhenLost {
			open = append(open, a)
		}
	}
	return open
}

// others returns the live attempts that may not go on beside one of the rule: those of another rule, and those of a rule
// that is configured no more unless they are about the same template.
func (s Rules) others(rule Rule, history History) []Attempt {
	var others []Attempt
	for _, a := range history.live() {
		_, configured := s.Rule(a.Rule)
		if a.Rule != rule.ID && (configured || a.Template != rule.Template) {
			others = append(others, a)
		}
	}
	return others
}

// Stale tells whether a planned attempt would ask for something else than what the deal asks for now: other people, other
// terms, or other values among those that used takes. A new date or title alone is no change.
func (s Rules) Stale(deal Deal, attempt Attempt, planned Plan, used func(key string) bool) bool {
	rule, ok := s.Rule(attempt.Rule)
	if !ok {
		return true
	}
	now, missing := rule.plan(deal, attempt.Number, time.Time{})
	return len(missing) > 0 || now.digest("", used) != planned.digest("", used)
}
