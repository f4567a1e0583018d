package kommo

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/services/crm/internal/pipeline"
	sim "github.com/countersign/countersign/services/sim/kommo"
	"github.com/google/go-cmp/cmp"
)

func TestSimulatedDealIsRead(t *testing.T) {
	a := newAccount(t, nil)
	who, err := a.Account(t.Context())
	if err != nil || who.ID != sim.DefaultAccountID || who.Subdomain != "acme" || who.Currency != "CHF" || who.DriveURL == "" {
		t.Fatalf("%+v %v", who, err)
	}
	leadID := a.deal()
	got, err := a.Deal(t.Context(), who, leadID, "language")
	if err != nil {
		t.Fatal(err)
	}
	if got.Contact == nil {
		t.Fatal("no main contact")
	}
	got.Contact.ID = 0
	if got.UpdateTime.IsZero() {
		t.Error("nothing says when the deal changed last")
	}
	got.UpdateTime = time.Time{}
	want := pipeline.Deal{
		Account: "32720107", LeadID: leadID, Name: "Roth AG", Price: "1200", Currency: "CHF", PipelineID: sim.DefaultPipelineID,
		StageID: sim.StageNew, ResponsibleUserID: sim.DefaultUserID, Company: "Roth Holding",
		Fields: map[string]string{"1246489": "NDA", "contract_type": "NDA"},
		Contact: &pipeline.Contact{
			Name: "Ana Roth", FirstName: "Ana", LastName: "Roth", Email: "ana@roth.example", Phone: "+41 79 123 45 67", Language: "de",
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	a.control("DELETE", fmt.Sprintf("leads/%d", leadID), "")
	if got, err := a.Deal(t.Context(), who, leadID, ""); err != nil || !got.Deleted {
		t.Errorf("a deleted lead gave %+v %v", got, err)
	}
	if _, err := a.Contact(t.Context(), 4); KindOf(err) != NotFound {
		t.Errorf("an unknown contact gave %v", err)
	}
}

func TestSimulatedPipelinesAndFields(t *testing.T) {
	a := newAccount(t, nil)
	pipelines, err := a.Pipelines(t.Context())
	if err != nil || len(pipelines) != 1 || len(pipelines[0].Stages) != 7 || !pipelines[0].Stages[0].Incoming {
		t.Fatalf("%+v %v", pipelines, err)
	}
	ids, err := a.AddLeadFields(t.Context(), []NewField{
		{Name: "Signature status", Code: "SIGN_STATUS", Type: "text", APIOnly: true},
		{Name: "Kind", Code: "SIGN_KIND", Type: "select", Options: []string{"A", "B"}},
	})
	if err != nil || len(ids) != 2 {
		t.Fatal(ids, err)
	}
	fields, err := a.LeadFields(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(fields, func(f Field) bool { return f.ID == ids[1] })
	if i < 0 || !cmp.Equal(fields[i], Field{ID: ids[1], Name: "Kind", Code: "SIGN_KIND", Type: "select", Options: []string{"A", "B"}}) {
		t.Errorf("%+v", fields)
	}
}

func TestSimulatedUpdate(t *testing.T) {
	a := newAccount(t, nil)
	leadID := a.deal()
	err := a.UpdateLead(t.Context(), LeadUpdate{
		ID: leadID, PipelineID: sim.DefaultPipelineID, StatusID: pipeline.StageWon,
		Fields: []FieldUpdate{{sim.FieldSignRequestID, "sr_1"}, {sim.FieldContractType, "Employment"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	lead, err := a.Lead(t.Context(), leadID)
	field := lookup(lead.Fields, "sign_request_id")
	kind := lookup(lead.Fields, "Contract type")
	if err != nil || lead.StatusID != pipeline.StageWon || field.Text() != "sr_1" || kind.Text() != "Employment" {
		t.Errorf("%+v %v", lead, err)
	}
	err = a.UpdateLead(t.Context(), LeadUpdate{ID: leadID, Fields: []FieldUpdate{{4, "x"}}})
	var e *Error
	if !errors.As(err, &e) || e.Kind != Invalid || len(e.Violations) != 1 || e.Violations[0].Path != "custom_fields_values.0.field_id" {
		t.Errorf("an unknown field gave %v", err)
	}
	if err := a.UpdateLead(t.Context(), LeadUpdate{ID: leadID, Fields: []FieldUpdate{{sim.FieldSignRequestID, strings.Repeat("x", 257)}}}); KindOf(err) != Invalid {
		t.Errorf("a long text gave %v", err)
	}
	other := a.deal()
	batch := []LeadUpdate{{ID: leadID, PipelineID: sim.DefaultPipelineID, StatusID: sim.StageNew}, {ID: other, PipelineID: sim.DefaultPipelineID, StatusID: sim.StageSigned}}
	if err := a.UpdateLeads(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	leads, more, err := a.Leads(t.Context(), LeadFilter{PipelineID: sim.DefaultPipelineID, StatusID: sim.StageSigned}, 1)
	if err != nil || more || len(leads) != 1 || leads[0].ID != other || len(leads[0].Contacts) != 1 {
		t.Errorf("%+v %v", leads, err)
	}
}

func TestSimulatedNotesAndTasks(t *testing.T) {
	a := newAccount(t, nil)
	leadID, other := a.deal(), a.deal()
	notes, err := a.AddNotes(t.Context(), []NewNote{{leadID, "sent [CS-AAAAAA]"}, {other, "sent [CS-BBBBBB]"}})
	if err != nil {
		t.Fatal(err)
	}
	if got, ok, err := a.FindNote(t.Context(), leadID, "[CS-AAAAAA]"); err != nil || !ok || got != notes[0] {
		t.Errorf("note %d %v, want %d", got, err, notes[0])
	}
	if _, ok, err := a.FindNote(t.Context(), leadID, "[CS-BBBBBB]"); err != nil || ok {
		t.Errorf("another lead's note was found, %v", err)
	}
	due := time.Unix(1_990_000_000, 0)
	tasks, err := a.AddTasks(t.Context(), []NewTask{
		{LeadID: leadID, Text: "call [CS-AAAAAA]", Due: due, ResponsibleUserID: sim.DefaultSecondUserID},
		{LeadID: other, Text: "call [CS-AAAAAA]", Due: due},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, ok, err := a.FindTask(t.Context(), leadID, "[CS-AAAAAA]"); err != nil || !ok || got != tasks[0] {
		t.Errorf("task %d %v, want %d", got, err, tasks[0])
	}
	got, err := a.Tasks(t.Context(), leadID)
	if diff := cmp.Diff([]Task{{ID: tasks[0], Text: "call [CS-AAAAAA]", Due: due.UTC()}}, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
}
