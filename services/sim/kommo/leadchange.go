package kommo

import "fmt"

// createLead adds the lead that a checked change describes.
func (s *Simulator) createLead(ch leadChange, actor int) *lead {
	now := s.now()
	l := &lead{
		id: s.world.nextID(), responsible: s.world.Users[0].ID, createdBy: actor, createdAt: now,
		pipeline: *ch.pipeline, stage: *ch.stage, fields: values{}, contacts: ch.contacts, companies: ch.companies,
	}
	s.world.leads[l.id] = l
	s.changeLead(l, ch, actor)
	s.record(&event{kind: "lead_added", entity: l.id, createdBy: actor})
	if l.name == "" {
		l.name = fmt.Sprintf("Lead #%d", l.id)
	}
	return l
}

// changeLead applies a checked change and returns what happened.
func (s *Simulator) changeLead(l *lead, ch leadChange, actor int) leadEvent {
	ev := leadEvent{
		lead: l, oldStage: l.stage, oldPipeline: l.pipeline, oldResponsible: l.responsible, updated: true,
	}
	set(&l.name, ch.name)
	set(&l.price, ch.price)
	set(&l.responsible, ch.responsible)
	set(&l.lossReason, ch.lossReason)
	set(&l.pipeline, ch.pipeline)
	set(&l.stage, ch.stage)
	l.fields.apply(ch.fields)
	if ch.tags != nil {
		l.tags = ch.tags
	}
	l.editor, l.updatedAt = actor, s.now()
	ev.moved = l.stage != ev.oldStage || l.pipeline != ev.oldPipeline
	ev.handed = l.responsible != ev.oldResponsible
	if ev.moved {
		s.closeOrReopen(l)
		s.record(s.stageEvent(ev, actor))
	}
	return ev
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

func (s *Simulator) closeOrReopen(l *lead) {
	l.closedAt = 0
	if l.stage == StageWon || l.stage == StageLost {
		l.closedAt = l.updatedAt
	}
	if l.stage != StageLost {
		l.lossReason = 0
	}
}

// deleteLead puts a lead into the bin.
func (s *Simulator) deleteLead(l *lead, actor int) {
	l.deleted, l.editor, l.updatedAt = true, actor, s.now()
	s.record(&event{kind: "lead_deleted", entity: l.id, createdBy: actor})
	s.announceLeads([]leadEvent{{lead: l, removed: true}})
}
