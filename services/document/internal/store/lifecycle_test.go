package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/document/internal/paper"
	"github.com/countersign/countersign/services/document/internal/proof"
	"github.com/countersign/countersign/services/document/internal/store"
	"github.com/countersign/countersign/services/internal/durable"
)

func at(day int) time.Time { return time.Date(2026, 11, day, 9, 30, 0, 0, time.UTC) }

func alone(context.Context, *durable.Tx, paper.Document) error { return nil }

func remove(t *testing.T, s *store.Store, id string) paper.Document {
	t.Helper()
	d, err := s.Delete(t.Context(), id, at(28), alone)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// relatives adds documents that were made from one another.
type relatives struct {
	t *testing.T
	s *store.Store
}

func (r relatives) add(id, parent string, kind paper.Kind, made time.Time) {
	r.t.Helper()
	d := document(id, "r-"+id)
	d.Parent, d.Kind, d.CreateTime = parent, kind, made
	if _, err := r.s.Insert(r.t.Context(), d, archived); err != nil {
		r.t.Fatal(err)
	}
}

func TestADeletionIsWholeOrNotAtAll(t *testing.T) {
	s, _ := open(t, t.TempDir())
	want, err := s.Insert(t.Context(), document("1", "r-1"), archived)
	if err != nil {
		t.Fatal(err)
	}
	no := errors.New("no")
	_, err = s.Delete(t.Context(), "1", at(28), func(context.Context, *durable.Tx, paper.Document) error { return no })
	if got, readErr := s.Document(t.Context(), "1"); !errors.Is(err, no) || readErr != nil || !cmp.Equal(want, got) {
		t.Errorf("refused: %v, %v, %s", err, readErr, cmp.Diff(want, got))
	}
	remove(t, s, "1")
	again, err := s.Delete(t.Context(), "1", at(29), func(context.Context, *durable.Tx, paper.Document) error { return no })
	if err != nil || !again.DeleteTime.Equal(at(28)) {
		t.Errorf("again: %v at %v", err, again.DeleteTime)
	}
	if _, err := s.SetLegalHold(t.Context(), "1", true); !errors.Is(err, store.ErrDeleted) {
		t.Errorf("hold: %v", err)
	}
	if _, err := s.Delete(t.Context(), "x", at(28), alone); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("unknown: %v", err)
	}
}

func TestTheRequestIDOfADeletedDocumentIsSpent(t *testing.T) {
	s, db := open(t, t.TempDir())
	if _, err := s.Insert(t.Context(), document("1", "for Ada"), archived); err != nil {
		t.Fatal(err)
	}
	remove(t, s, "1")
	for name, read := range map[string]func() (paper.Document, error){
		"read":    func() (paper.Document, error) { return s.ByRequestID(t.Context(), "for Ada") },
		"written": func() (paper.Document, error) { return s.Insert(t.Context(), document("2", "for Ada"), archived) },
	} {
		if d, err := read(); err != nil || d.ID != "1" || d.DeleteTime.IsZero() {
			t.Errorf("%s: %v, %v", name, d, err)
		}
	}
	var kept string
	if err := db.Read().QueryRowContext(t.Context(), `SELECT request_id || body FROM document`).Scan(&kept); err != nil || strings.Contains(kept, "Ada") {
		t.Errorf("%s, %v", kept, err)
	}
}

func TestNoProofIsKeptOfADeletedDocument(t *testing.T) {
	s, _ := open(t, t.TempDir())
	p := store.Proof{Document: "1", Expected: "e", CreateTime: at(1), Sent: "2", AuditTrail: "3", Level: "QES", Legislation: "EIDAS",
		Signers: []proof.Signer{{FirstName: "Ada"}}}
	p.Report = proof.Report{
		Verdict: proof.Indeterminate, Level: "QES", SHA256: "s", Findings: []proof.Finding{{Check: proof.CheckChain}},
		Signatures: []proof.Signature{{
			Field: "Ada", SubjectCN: "Ada", IssuerCN: "Ada", SerialNumber: "Ada", Level: "QES", QualifiedTypes: []string{"Ada"},
			QualifiedLegislations: []string{"Ada"}, SigningTime: at(1), TimestampTime: at(2), SealClaim: true,
		}},
	}
	if _, err := s.Insert(t.Context(), document("1", "a"), archived); err != nil {
		t.Fatal(err)
	}
	if _, err := s.InsertProof(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	remove(t, s, "1")
	want := store.Proof{Document: "1", CreateTime: at(1), Report: p.Report}
	want.Report.Signatures = []proof.Signature{{Level: "QES", SigningTime: at(1), TimestampTime: at(2), SealClaim: true}}
	if got, err := s.Proof(t.Context(), "1"); err != nil || !cmp.Equal(want, got) {
		t.Errorf("%v, %s", err, cmp.Diff(want, got))
	}
	if _, err := s.InsertProof(t.Context(), p); !errors.Is(err, store.ErrDeleted) {
		t.Errorf("a proof that came late: %v", err)
	}
}

func TestDueIsTheWholeFamilyOrNobody(t *testing.T) {
	s, db := open(t, t.TempDir())
	relatives{t, s}.add("draft", "", paper.KindRendered, at(1))
	relatives{t, s}.add("young", "", paper.KindRendered, at(6))
	relatives{t, s}.add("sent", "", paper.KindRendered, at(1))
	relatives{t, s}.add("signed", "sent", paper.KindSigned, at(2))
	relatives{t, s}.add("proof", "signed", paper.KindEvidence, at(3))
	relatives{t, s}.add("held", "", paper.KindRendered, at(1))
	relatives{t, s}.add("held2", "held", paper.KindSigned, at(1))
	relatives{t, s}.add("trail", "", paper.KindAuditTrail, at(1))
	if _, err := s.SetLegalHold(t.Context(), "held2", true); err != nil {
		t.Fatal(err)
	}
	remove(t, s, "trail")
	check := func(want []string, cutoffs map[paper.Kind]time.Time) {
		t.Helper()
		if got, err := s.Due(t.Context(), cutoffs, 10); err != nil || !cmp.Equal(want, got) {
			t.Errorf("%v, %s", err, cmp.Diff(want, got))
		}
	}
	check(nil, nil)
	check([]string{"draft"}, map[paper.Kind]time.Time{paper.KindRendered: at(5)})
	check([]string{"draft"}, map[paper.Kind]time.Time{paper.KindRendered: at(5), paper.KindSigned: at(5), paper.KindAuditTrail: at(5)})
	check([]string{"draft"}, map[paper.Kind]time.Time{paper.KindRendered: at(5), paper.KindSigned: at(5), paper.KindEvidence: at(3).Add(-1000)})
	all := map[paper.Kind]time.Time{paper.KindRendered: at(5), paper.KindSigned: at(5), paper.KindEvidence: at(3)}
	check([]string{"draft", "sent", "signed", "proof"}, all)
	remove(t, s, "sent")
	check([]string{"draft", "signed", "proof"}, all)
	all[paper.KindRendered] = at(1).Add(-1000)
	check([]string{"signed", "proof"}, all)
	if _, err := s.SetLegalHold(t.Context(), "held2", false); err != nil {
		t.Fatal(err)
	}
	all[paper.KindRendered] = at(6)
	check([]string{"draft", "held", "held2", "signed", "proof", "young"}, all)
	if got, err := s.Due(t.Context(), all, 2); err != nil || len(got) != 2 {
		t.Errorf("%v, %v", got, err)
	}
	family, err := store.FamilyOf(t.Context(), db.Read(), "signed")
	want := paper.Family{Newest: map[paper.Kind]time.Time{paper.KindSigned: at(2), paper.KindEvidence: at(3)}}
	if err != nil || !cmp.Equal(want, family) {
		t.Errorf("%v, %s", err, cmp.Diff(want, family))
	}
}

func TestDocumentsOfAFormerVersionAreCompleted(t *testing.T) {
	s, db := open(t, t.TempDir())
	for i := range 1001 { // more than two batches
		id := fmt.Sprintf("%04d", i)
		parent := ""
		if i%3 > 0 {
			parent = fmt.Sprintf("%04d", i-1)
		}
		relatives{t, s}.add(id, parent, paper.KindSigned, at(1).Add(time.Duration(-i)*time.Second)) // clocks go backwards
	}
	columns := func() (all []string) {
		rows, err := db.Read().QueryContext(t.Context(), `SELECT id || kind || parent || family FROM document ORDER BY id`)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var text string
			if err := rows.Scan(&text); err != nil {
				t.Fatal(err)
			}
			all = append(all, text)
		}
		return all
	}
	want := columns()
	err := db.Update(t.Context(), func(ctx context.Context, tx *durable.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE document SET kind = '', parent = '', family = ''`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Complete(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, columns()); diff != "" {
		t.Error(diff)
	}
}

func TestPagesGoOnBetweenDocumentsOfTheSameMoment(t *testing.T) {
	s, _ := open(t, t.TempDir())
	for _, id := range []string{"b", "a", "d", "c"} {
		relatives{t, s}.add(id, "", paper.KindSigned, at(1))
	}
	relatives{t, s}.add("e", "", paper.KindSigned, at(2))
	got, filter := "", store.Filter{Limit: 1}
	for range 6 {
		list, err := s.List(t.Context(), filter)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range list {
			got, filter.BeforeTime, filter.BeforeID = got+d.ID, d.CreateTime, d.ID
		}
	}
	if got != "edcba" {
		t.Errorf("pages %s", got)
	}
}
