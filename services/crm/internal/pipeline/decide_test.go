package pipeline

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// friday is 2026-11-20, 10:00 UTC.
func friday() time.Time { return time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC) }

func nda() Rule {
	return Rule{
		ID: "nda", Pipeline: 7, Stage: 70, Template: "nda-v1", TitlePattern: "NDA {deal.name}", Provider: "skribble",
		Level: AES, Legislation: EIDAS, Language: "de",
	}
}

func mustRules(t testing.TB, rules ...Rule) Rules {
	t.Helper()
	set, err := NewRules(rules...)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func goodDeal() Deal {
	return Deal{
		Account: "3200", LeadID: 824971, Name: "Roth AG", Price: "1200", Currency: "EUR", PipelineID: 7, StageID: 70,
		ResponsibleUserID: 9, Company: "Roth AG",
		Contact: &Contact{ID: 5, Name: "Ana Roth", FirstName: "Ana", LastName: "Roth", Email: "ana@roth.example", Phone: "+41 44 123 45 67", Language: "fr"},
	}
}

// with returns a good deal after a change.
func with(change func(*Deal)) Deal {
	d := goodDeal()
	change(&d)
	return d
}

func ended(state State, number int) Attempt {
	return Attempt{Rule: "nda", Number: number, State: state, EndTime: friday().Add(-time.Hour)}
}

func TestDecide(t *testing.T) {
	reentered := func(d *Deal) { d.StageEntryTime = friday().Add(-time.Minute) }
	leftBefore := func(d *Deal) { d.StageEntryTime = friday().Add(-2 * time.Hour) }
	for name, c := range map[string]struct {
		rule    func(*Rule)
		deal    Deal
		history History
		want    Outcome
		reason  Reason
		attempt int
		missing []Field
	}{
		"first entry":                     {deal: goodDeal(), want: Start, attempt: 1},
		"other stage":                     {deal: with(func(d *Deal) { d.StageID = 71 }), want: Nothing, reason: NoRule},
		"same stage of another pipeline":  {deal: with(func(d *Deal) { d.PipelineID = 8 }), want: Nothing, reason: NoRule},
		"deleted":                         {deal: with(func(d *Deal) { d.Deleted = true }), want: Nothing, reason: DealDeleted},
		"planned is live":                 {deal: goodDeal(), history: History{{Rule: "nda", Number: 1, State: Planned}}, want: Running, attempt: 1},
		"live, moved in again":            {deal: with(reentered), history: History{{Rule: "nda", Number: 1, State: OutForSignature}}, want: Running, attempt: 1},
		"an unknown state is live":        {deal: with(reentered), history: History{{Rule: "nda", Number: 1, State: "NEW"}}, want: Running, attempt: 1},
		"an older live one counts":        {deal: with(reentered), history: History{ended(Expired, 2), {Rule: "nda", Number: 1, State: Signed}}, want: Running, attempt: 1},
		"another rule's live one":         {deal: goodDeal(), history: History{{Rule: "msa", Number: 4, State: Signed}}, want: Withdraw},
		"another rule's, just planned":    {deal: goodDeal(), history: History{{Rule: "msa", Number: 4, State: Planned}}, want: Withdraw},
		"a gone rule's, same template":    {deal: goodDeal(), history: History{{Rule: "gone", Number: 4, State: Signed, Template: "nda-v1"}}, want: Running, attempt: 4},
		"a gone rule's, other template":   {deal: goodDeal(), history: History{{Rule: "gone", Number: 4, State: Signed, Template: "old"}}, want: Withdraw},
		"a live one and another rule's":   {deal: goodDeal(), history: History{{Rule: "nda", Number: 1, State: Signed}, {Rule: "msa", Number: 4, State: Signed}}, want: Withdraw},
		"another rule's ended one":        {deal: goodDeal(), history: History{{Rule: "msa", Number: 4, State: Canceled}}, want: Start, attempt: 1},
		"another stage without a rule":    {deal: with(func(d *Deal) { d.StageID = 71 }), history: History{{Rule: "msa", Number: 4, State: Signed}}, want: Nothing, reason: NoRule},
		"the entry it was started for":    {deal: with(reentered), history: History{{Rule: "nda", Number: 1, State: Declined, EndTime: friday().Add(-time.Hour), DealTime: friday().Add(-time.Minute)}}, want: Nothing, reason: NotReentered, attempt: 1},
		"the CRM's clock is behind":       {deal: with(func(d *Deal) { d.StageEntryTime = friday().Add(-62 * time.Minute) }), history: History{{Rule: "nda", Number: 1, State: Declined, EndTime: friday().Add(-time.Hour), DealTime: friday().Add(-2 * time.Hour)}}, want: Start, attempt: 2},
		"never sent":                      {deal: goodDeal(), history: History{{Rule: "nda", Number: 1, State: Canceled, EndTime: friday(), Unsent: true}}, want: Start, attempt: 2},
		"declined, still in the stage":    {deal: goodDeal(), history: History{ended(Declined, 1)}, want: Nothing, reason: NotReentered, attempt: 1},
		"declined, entered before":        {deal: with(leftBefore), history: History{ended(Declined, 1)}, want: Nothing, reason: NotReentered, attempt: 1},
		"declined, entered since":         {deal: with(reentered), history: History{ended(Declined, 1)}, want: Start, attempt: 2},
		"expired, out of order":           {deal: with(reentered), history: History{ended(Expired, 2), ended(Declined, 1)}, want: Start, attempt: 3},
		"canceled, entered since":         {deal: with(reentered), history: History{ended(Canceled, 1)}, want: Start, attempt: 2},
		"proof failed, entered since":     {deal: with(reentered), history: History{ended(ProofFailed, 1)}, want: Start, attempt: 2},
		"completed":                       {deal: with(reentered), history: History{ended(Completed, 1)}, want: Nothing, reason: AlreadyCompleted, attempt: 1},
		"completed and repeatable":        {rule: func(r *Rule) { r.Repeatable = true }, deal: with(reentered), history: History{ended(Completed, 1)}, want: Start, attempt: 2},
		"refused, data changed since":     {deal: goodDeal(), history: History{{Rule: "nda", Number: 1, State: Refused, Fingerprint: "other"}}, want: Start, attempt: 2},
		"no contact":                      {deal: with(func(d *Deal) { d.Contact = nil }), want: Ask, attempt: 1, missing: []Field{FieldContact}},
		"no e-mail, no last name":         {deal: with(func(d *Deal) { d.Contact = &Contact{Name: "Ana", FirstName: "Ana"} }), want: Ask, attempt: 1, missing: []Field{FieldLastName, FieldEmail}},
		"no phone is fine without SMS":    {deal: with(func(d *Deal) { d.Contact.Phone = "044 123" }), want: Start, attempt: 1},
		"phone without country for SMS":   {rule: func(r *Rule) { r.Authentication = AuthenticationSMS }, deal: with(func(d *Deal) { d.Contact.Phone = "044 123 45 67" }), want: Ask, attempt: 1, missing: []Field{FieldPhone}},
		"full name will do for AES":       {deal: with(func(d *Deal) { d.Contact.FirstName, d.Contact.LastName = "", "" }), want: Start, attempt: 1},
		"full name will not do for QES":   {rule: func(r *Rule) { r.Level = QES }, deal: with(func(d *Deal) { d.Contact.FirstName, d.Contact.LastName = "", "" }), want: Ask, attempt: 1, missing: []Field{FieldFirstName, FieldLastName}},
		"required price is 0":             {rule: func(r *Rule) { r.Required = []string{"deal.price", "deal.name"} }, deal: with(func(d *Deal) { d.Price = "0" }), want: Ask, attempt: 1, missing: []Field{FieldPrice}},
		"required field":                  {rule: func(r *Rule) { r.Required = []string{"deal.fields.iban"} }, deal: goodDeal(), want: Ask, attempt: 1, missing: []Field{"DEAL_FIELDS_IBAN"}},
		"required is not asked for twice": {rule: func(r *Rule) { r.Required = []string{"contact.email", "contact.name"} }, deal: with(func(d *Deal) { d.Contact.Email = "x" }), want: Ask, attempt: 1, missing: []Field{FieldEmail}},
		"lost with a live one":            {deal: with(func(d *Deal) { d.StageID = StageLost }), history: History{{Rule: "nda", Number: 1, State: OutForSignature}}, want: Withdraw},
		"lost, but kept":                  {rule: func(r *Rule) { r.KeepWhenLost = true }, deal: with(func(d *Deal) { d.StageID = StageLost }), history: History{{Rule: "nda", Number: 1, State: OutForSignature}}, want: Nothing, reason: NoRule},
		"lost without a live one":         {deal: with(func(d *Deal) { d.StageID = StageLost }), history: History{ended(Declined, 1)}, want: Nothing, reason: NoRule},
		"deleted with a live one":         {rule: func(r *Rule) { r.KeepWhenLost = true }, deal: with(func(d *Deal) { d.Deleted = true }), history: History{{Rule: "nda", Number: 1, State: Planned}}, want: Withdraw},
	} {
		t.Run(name, func(t *testing.T) {
			rule, other := nda(), nda()
			other.ID, other.Pipeline = "msa", 9
			if c.rule != nil {
				c.rule(&rule)
			}
			d := Decide(mustRules(t, rule, other), c.deal, c.history, friday())
			if d.Outcome != c.want || d.Reason != c.reason || d.Attempt != c.attempt {
				t.Errorf("got %s %q attempt %d, want %s %q attempt %d", d.Outcome, d.Reason, d.Attempt, c.want, c.reason, c.attempt)
			}
			if diff := cmp.Diff(c.missing, d.Missing); diff != "" {
				t.Error(diff)
			}
			if (d.Plan != nil) != (c.want == Start) || (len(d.Effects) == 1) != (c.want == Ask) || (len(d.Withdraw) == 1) != (c.want == Withdraw) {
				t.Errorf("payload does not fit %s: %+v", d.Outcome, d)
			}
		})
	}
}

func TestRefusedWaitsForACorrection(t *testing.T) {
	rules := mustRules(t, nda())
	first := Decide(rules, goodDeal(), nil, friday())
	refused := History{{Rule: "nda", Number: 1, State: Refused, Fingerprint: first.Plan.Fingerprint, EndTime: friday()}}

	tomorrow := friday().AddDate(0, 0, 1)
	if d := Decide(rules, goodDeal(), refused, tomorrow); d.Reason != Unchanged {
		t.Errorf("our own note's hook started again: %s %s", d.Outcome, d.Reason)
	}
	corrected := with(func(d *Deal) { d.Contact.Phone = "+41 79 000 00 00" })
	if d := Decide(rules, corrected, refused, tomorrow); d.Outcome != Start || d.Attempt != 2 {
		t.Errorf("a corrected phone gave %s %s", d.Outcome, d.Reason)
	}
	reentered := with(func(d *Deal) { d.StageEntryTime = friday().Add(time.Second) })
	if d := Decide(rules, reentered, refused, tomorrow); d.Outcome != Start {
		t.Errorf("a new stage entry gave %s %s", d.Outcome, d.Reason)
	}
	emptied := with(func(d *Deal) { d.Contact.Email = "" })
	if d := Decide(rules, emptied, refused, tomorrow); d.Outcome != Ask {
		t.Errorf("an emptied field gave %s %s", d.Outcome, d.Reason)
	}
}

func TestPlan(t *testing.T) {
	rule := nda()
	rule.Countersigners = []Signer{{Role: "seller", FirstName: "Jo", LastName: "Frei", Email: "jo@us.example", Order: 1}}
	deal := with(func(d *Deal) { d.Fields = map[string]string{"iban": " CH93 ", "77": ""} })
	got := Decide(mustRules(t, rule), deal, nil, friday()).Plan
	want := &Plan{
		Key: "3200/824971/nda/1", Title: "NDA Roth AG", Template: "nda-v1",
		Values: map[string]string{
			"deal.name": "Roth AG", "deal.price": "1200.00 EUR", "deal.reference": "D-824971", "deal.fields.iban": "CH93",
			"contact.name": "Ana Roth", "contact.first_name": "Ana", "contact.last_name": "Roth", "contact.email": "ana@roth.example",
			"contact.phone": "+41441234567", "company.name": "Roth AG", "document.date": "2026-11-20",
		},
		Signers: []Signer{
			{Role: "customer", FirstName: "Ana", LastName: "Roth", Email: "ana@roth.example", Phone: "+41441234567", Language: "fr"},
			{Role: "seller", FirstName: "Jo", LastName: "Frei", Email: "jo@us.example", Language: "de", Order: 1},
		},
		Provider: "skribble", Level: AES, Legislation: EIDAS, Language: "de", Expiry: 14 * 24 * time.Hour,
		Fingerprint: got.Fingerprint,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTitleTakesNoPlaceholderFromAValue(t *testing.T) {
	for pattern, want := range map[string]string{
		"{deal.name} for {contact.name}": "{contact.email} for Ana Roth",
		"{nothing}":                      "D-824971",
		"a {deal.reference":              "a {deal.reference",
		"":                               "{contact.email}",
		strings.Repeat("é", 130):         strings.Repeat("é", 119) + "…",
	} {
		rule := nda()
		rule.TitlePattern = pattern
		d := Decide(mustRules(t, rule), with(func(d *Deal) { d.Name = "{contact.email}" }), nil, friday())
		if d.Plan.Title != want {
			t.Errorf("%q gave %q", pattern, d.Plan.Title)
		}
	}
}

func TestAPlanIsStaleWhenWhatItsDocumentShowsHasChanged(t *testing.T) {
	rules := mustRules(t, nda())
	plan := *Decide(rules, goodDeal(), nil, friday()).Plan
	used := func(key string) bool { return key == "deal.name" || key == "document.date" }
	attempt := Attempt{Rule: "nda", Number: 1, State: Planned}
	for name, c := range map[string]struct {
		deal Deal
		want bool
	}{
		"another day":      {goodDeal(), false},
		"another price":    {with(func(d *Deal) { d.Price = "1300" }), false},
		"another name":     {with(func(d *Deal) { d.Name = "Renamed" }), true},
		"another address":  {with(func(d *Deal) { d.Contact.Email = "ana@new.example" }), true},
		"no contact":       {with(func(d *Deal) { d.Contact = nil }), true},
		"moved on since":   {with(func(d *Deal) { d.StageID = 71 }), false},
		"changed by hooks": {with(func(d *Deal) { d.UpdateTime = friday() }), false},
	} {
		if got := rules.Stale(c.deal, attempt, plan, used); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if !mustRules(t).Stale(goodDeal(), attempt, plan, used) {
		t.Error("a plan of a rule that is gone is not stale")
	}
}

func TestTheSameLackIsAskedForAgainAnotherTime(t *testing.T) {
	key := func(ask int) string {
		lacking := with(func(d *Deal) { d.Contact, d.Ask = nil, ask })
		return Decide(mustRules(t, nda()), lacking, nil, friday()).Effects[0].Key
	}
	if first, again := key(1), key(1); first != again || first == key(2) {
		t.Errorf("keys %q and %q", key(1), key(2))
	}
}
