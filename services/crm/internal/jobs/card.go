package jobs

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/countersign/countersign/services/crm/internal/account"
	"github.com/countersign/countersign/services/crm/internal/kommo"
	"github.com/countersign/countersign/services/crm/internal/pipeline"
	"github.com/countersign/countersign/services/crm/internal/store"
	"github.com/countersign/countersign/services/internal/durable"
)

// card brings a deal's card up to date.
func (w *Worker) card(ctx context.Context, job Card) error {
	a, err := w.account(job.Account)
	if err != nil {
		return err
	}
	// An event that cannot be taken yet holds up nothing that was planned before it.
	waiting := w.takeEvents(ctx, job)
	if pause := a.Closed(); pause > 0 {
		return durable.Later(pause)
	}
	effects, err := w.Store.Effects(ctx, job.Account, job.Lead)
	if err != nil {
		return err
	}
	for i, e := range effects {
		if e.State != store.Planned && e.State != store.Attempted {
			continue
		}
		if superseded(e, effects[i+1:]) {
			e.State = store.Superseded
			err = w.mark(ctx, e)
		} else {
			err = w.perform(ctx, a, e)
		}
		if err != nil {
			return fmt.Errorf("effect %s: %w", e.Key, err)
		}
	}
	return waiting
}

// superseded tells whether a later effect sets the same field: the earlier value would be seen by nobody.
func superseded(e store.Effect, later []store.Effect) bool {
	return e.Kind == pipeline.KindField && slices.ContainsFunc(later, func(l store.Effect) bool {
		return l.Kind == pipeline.KindField && l.Field == e.Field
	})
}

// perform writes one effect exactly once: the intent is saved first, and an effect that was tried before is looked for
// before it is written again. What Kommo refuses for good is marked with the reason and holds nothing up.
func (w *Worker) perform(ctx context.Context, a *account.Account, e store.Effect) error {
	tried := e.State == store.Attempted
	if !tried {
		e.State = store.Attempted
		if err := w.mark(ctx, e); err != nil {
			return err
		}
	}
	err := w.write(ctx, a, &e, tried)
	switch kind := kommo.KindOf(err); {
	case err == nil:
		a.Reopen()
		e.State = store.Done
	case kind == kommo.Invalid, kind == kommo.NotFound, kind == kommo.Forbidden && e.Kind == pipeline.KindFile, isHopeless(err):
		e.State, e.Problem = store.Failed, err.Error()
	default:
		return w.wait(ctx, a, e, err)
	}
	return w.conclude(ctx, e)
}

func (w *Worker) mark(ctx context.Context, e store.Effect) error {
	return w.DB.Update(ctx, func(ctx context.Context, tx *durable.Tx) error { return w.Store.MarkEffect(ctx, tx, e) })
}

func (w *Worker) write(ctx context.Context, a *account.Account, e *store.Effect, tried bool) error {
	switch e.Kind {
	case pipeline.KindNote:
		return w.note(ctx, a, e, tried)
	case pipeline.KindTask:
		return w.task(ctx, a, e, tried)
	case pipeline.KindField:
		return w.field(ctx, a, e)
	case pipeline.KindFile:
		return w.file(ctx, a, e, tried)
	case pipeline.KindStage:
		return w.stage(ctx, a, e)
	}
	return hopeless("this kind of effect is not known")
}

// mark is how the text of a note or task ends.
func mark(e *store.Effect) string { return "[" + pipeline.Reference(e.Key) + "]" }

func (w *Worker) note(ctx context.Context, a *account.Account, e *store.Effect, tried bool) error {
	if tried {
		if _, found, err := a.Client.FindNote(ctx, e.LeadID, mark(e)); err != nil || found {
			return err
		}
	}
	_, err := a.Client.AddNotes(ctx, []kommo.NewNote{{LeadID: e.LeadID, Text: e.Text}})
	return err
}

func (w *Worker) task(ctx context.Context, a *account.Account, e *store.Effect, tried bool) error {
	if tried {
		if _, found, err := a.Client.FindTask(ctx, e.LeadID, mark(e)); err != nil || found {
			return err
		}
	}
	task := kommo.NewTask{LeadID: e.LeadID, Text: e.Text, Due: e.Due, ResponsibleUserID: e.ResponsibleUserID}
	_, err := a.Client.AddTasks(ctx, []kommo.NewTask{task})
	if kommo.KindOf(err) != kommo.Invalid {
		return err
	}
	// The person may have left: then it is whoever has the deal now, or else whomever Kommo chooses.
	lead, gone := a.Client.Lead(ctx, e.LeadID)
	if gone != nil {
		return gone
	}
	for _, user := range []int64{lead.ResponsibleUserID, 0} {
		if user == task.ResponsibleUserID {
			continue
		}
		task.ResponsibleUserID = user
		if _, err = a.Client.AddTasks(ctx, []kommo.NewTask{task}); kommo.KindOf(err) != kommo.Invalid {
			return err
		}
	}
	return err
}

// field sets a value: doing so twice is doing so once.
func (w *Worker) field(ctx context.Context, a *account.Account, e *store.Effect) error {
	if a.Fields[e.Field] == "" {
		return nil // not wanted on this account's cards
	}
	id, ok, err := a.FieldID(ctx, e.Field)
	if err != nil {
		return err
	}
	if !ok {
		return hopeless("the account has no field for " + string(e.Field))
	}
	return a.Client.UpdateLead(ctx, kommo.LeadUpdate{ID: e.LeadID, Fields: []kommo.FieldUpdate{{FieldID: id, Text: e.Value}}})
}

// stage moves the deal on, unless a person closed it in the meantime: then the person was right.
func (w *Worker) stage(ctx context.Context, a *account.Account, e *store.Effect) error {
	lead, err := a.Client.Lead(ctx, e.LeadID)
	if err != nil {
		return err
	}
	if lead.PipelineID == e.PipelineID && lead.StatusID == e.StageID {
		return nil
	}
	if lead.StatusID == pipeline.StageLost || lead.StatusID == pipeline.StageWon {
		return hopeless("the deal was closed by a person before it was signed")
	}
	return a.Client.UpdateLead(ctx, kommo.LeadUpdate{ID: e.LeadID, PipelineID: e.PipelineID, StatusID: e.StageID})
}

// hopeless is a reason why an effect never will be on the card.
type hopeless string

func (h hopeless) Error() string { return string(h) }

func isHopeless(err error) bool {
	_, ok := errors.AsType[hopeless](err)
	return ok
}
