package paper_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/document/internal/paper"
)

func made(year int) time.Time { return time.Date(year, 3, 1, 12, 0, 0, 0, time.UTC) }

func TestAPeriodIsChecked(t *testing.T) {
	for _, c := range []struct {
		period paper.Period
		ok     bool
	}{
		{paper.Period{}, true},
		{paper.Period{KeepDays: 10}, true},
		{paper.Period{DeleteAfterDays: 10}, true},
		{paper.Period{KeepDays: 10, DeleteAfterDays: 10}, true},
		{paper.Period{KeepDays: paper.MostDays, DeleteAfterDays: paper.MostDays}, true},
		{paper.Period{KeepDays: 10, DeleteAfterDays: 9}, false},
		{paper.Period{KeepDays: -1}, false},
		{paper.Period{DeleteAfterDays: -1}, false},
		{paper.Period{KeepDays: paper.MostDays + 1}, false},
		{paper.Period{DeleteAfterDays: paper.MostDays + 1}, false},
	} {
		if err := c.period.Check(); (err == nil) != c.ok {
			t.Errorf("%+v: %v", c.period, err)
		}
	}
}

func TestRetentionAndHoldForbidToDelete(t *testing.T) {
	r := paper.Retention{paper.KindSigned: {KeepDays: 10}}
	end := made(2026).Add(10 * 24 * time.Hour)
	for name, c := range map[string]struct {
		kind paper.Kind
		hold bool
		now  time.Time
		want *paper.RetainedError
	}{
		"no minimum":        {paper.KindRendered, false, made(2026), nil},
		"hold alone":        {paper.KindRendered, true, made(2026), &paper.RetainedError{LegalHold: true}},
		"retention":         {paper.KindSigned, false, end.Add(-1), &paper.RetainedError{Until: end}},
		"retention ends":    {paper.KindSigned, false, end, nil},
		"hold outlasts":     {paper.KindSigned, true, end, &paper.RetainedError{LegalHold: true}},
		"both":              {paper.KindSigned, true, made(2026), &paper.RetainedError{Until: end, LegalHold: true}},
		"before it was new": {paper.KindSigned, false, made(2025), &paper.RetainedError{Until: end}},
	} {
		d := paper.Document{Kind: c.kind, LegalHold: c.hold, CreateTime: made(2026)}
		err := r.Deletable(d, c.now)
		var got *paper.RetainedError
		if errors.As(err, &got); (err == nil) != (c.want == nil) || !cmp.Equal(c.want, got) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	gone := paper.Document{Kind: paper.KindSigned, CreateTime: made(2026), DeleteTime: made(2026)}
	if until := r.RetainUntil(gone, made(2026)); !until.IsZero() {
		t.Errorf("a deleted document is kept until %v", until)
	}
}

func TestAFamilyIsDueWhenItsLastMemberIs(t *testing.T) {
	r := paper.Retention{paper.KindRendered: {DeleteAfterDays: 30}, paper.KindSigned: {DeleteAfterDays: 100}}
	after := func(days int) time.Time { return made(2026).Add(time.Duration(days) * 24 * time.Hour) }
	draft := map[paper.Kind]time.Time{paper.KindRendered: made(2026)}
	signed := map[paper.Kind]time.Time{paper.KindRendered: made(2026), paper.KindSigned: after(1)}
	trail := map[paper.Kind]time.Time{paper.KindRendered: made(2026), paper.KindAuditTrail: made(2026)}
	for name, c := range map[string]struct {
		family paper.Family
		now    time.Time
		want   bool
	}{
		"alone, early":       {paper.Family{Newest: draft}, after(30).Add(-1), false},
		"alone":              {paper.Family{Newest: draft}, after(30), true},
		"alone, held":        {paper.Family{Newest: draft, LegalHold: true}, after(30), false},
		"waits for signed":   {paper.Family{Newest: signed}, after(101).Add(-1), false},
		"with signed":        {paper.Family{Newest: signed}, after(101), true},
		"a member for good":  {paper.Family{Newest: trail}, after(36_500), false},
		"nobody is left":     {paper.Family{}, after(36_500), false},
		"signed alone, held": {paper.Family{Newest: signed, LegalHold: true}, after(36_500), false},
	} {
		if got := r.Due(c.family, c.now); got != c.want {
			t.Errorf("%s: due %v", name, got)
		}
	}
	want := map[paper.Kind]time.Time{paper.KindRendered: after(-30), paper.KindSigned: after(-100)}
	if got := r.Cutoffs(made(2026)); !cmp.Equal(want, got) {
		t.Error(cmp.Diff(want, got))
	}
}

func TestWhatStaysOfADeletedDocumentNamesNobody(t *testing.T) {
	d := paper.Document{
		ID: "1", RequestID: "Ada", ContentHash: "Ada", Kind: paper.KindSigned, Title: "Ada", FileName: "Ada.pdf", SHA256: "s", Size: 7,
		Pages: 2, Parent: "p", Origin: "Ada", Language: "de", ValuesHash: "Ada", Fields: []paper.SignatureField{{Role: "Ada"}},
		Inspection: &paper.Inspection{}, CreateTime: made(2025),
	}
	want := paper.Document{
		ID: "1", Kind: paper.KindSigned, SHA256: "s", Size: 7, Pages: 2, Parent: "p", Language: "de",
		CreateTime: made(2025), DeleteTime: made(2026),
	}
	if got := d.Scrubbed(made(2026)); !cmp.Equal(want, got) {
		t.Error(cmp.Diff(want, got))
	}
	d.Kind, d.Origin = paper.KindRendered, "template:nda@1.0"
	if got := d.Scrubbed(made(2026)).Origin; got != d.Origin {
		t.Errorf("origin %q", got)
	}
}
