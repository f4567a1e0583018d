package kommo

import (
	"fmt"
	"net/http"
)

// leadChange is what a write says about a lead; nil leaves as it is.
type leadChange struct {
	name                           *string
	price, responsible, lossReason *int
	pipeline, stage                *int
	fields                         values
	contacts, companies            []int // of a new lead
	tags                           []tag
}

// readLead reads an item that changes l, or creates a lead when l is nil.
func (s *Simulator) readLead(i *item, l *lead) leadChange {
	var ch leadChange
	if name, sent := i.text("name"); sent {
		ch.name = &name
	}
	for key, into := range map[string]**int{
		"price": &ch.price, "responsible_user_id": &ch.responsible, "loss_reason_id": &ch.lossReason,
	} {
		if n, sent := i.integer(key); sent {
			*into = &n
		}
	}
	if ch.responsible != nil && !s.world.user(*ch.responsible) {
		i.refuse(wrongChoice("responsible_user_id"))
	}
	s.readStage(i, l, &ch)
	ch.fields = i.fieldValues(s.world.LeadFields)
	s.readEmbedded(i, l == nil, &ch)
	return ch
}

// readStage checks the stage against the pipeline it is meant in. A stage of another pipeline is refused when the
// pipeline is not named: reports differ on whether Kommo would move the lead, so a client must always send both.
func (s *Simulator) readStage(i *item, l *lead, ch *leadChange) {
	stage, hasStage := i.integer("status_id")
	pipelineID, hasPipeline := i.integer("pipeline_id")
	if !hasStage && !hasPipeline && l != nil {
		return
	}
	if !hasPipeline {
		pipelineID = s.world.Pipelines[0].ID
		if l != nil {
			pipelineID = l.pipeline
		}
	}
	p, found := s.world.pipeline(pipelineID)
	if !found {
		i.refuse(wrongChoice("pipeline_id"))
		return
	}
	if !hasStage {
		stage = p.entry().ID
	}
	if _, found := p.stage(stage, ""); !found || stage == 0 {
		i.refuse(wrongChoice("status_id"))
		return
	}
	ch.pipeline, ch.stage = &pipelineID, &stage
}

// linkTo is a contact or company that a new lead is linked to.
type linkTo struct {
	ID   int  `json:"id"`
	Main bool `json:"is_main"`
}

// readEmbedded reads tags, and for a new lead its contacts and companies.
func (s *Simulator) readEmbedded(i *item, create bool, ch *leadChange) {
	var in struct {
		Tags []struct {
			ID   int    `json:"id"`
			Name string `json:"name"`
		} `json:"tags"`
		Contacts  []linkTo `json:"contacts"`
		Companies []linkTo `json:"companies"`
	}
	if !i.read("_embedded", "object", &in) {
		return
	}
	for _, t := range in.Tags {
		if t.ID == 0 {
			t.ID = s.world.nextID()
		}
		ch.tags = append(ch.tags, tag{id: t.ID, name: t.Name})
	}
	if create {
		s.readLinks(i, in.Contacts, in.Companies, ch)
	}
}

// readLinks takes the contacts, the main one first, and the companies of a new lead.
func (s *Simulator) readLinks(i *item, contacts, companies []linkTo, ch *leadChange) {
	for n, given := range contacts {
		if !s.world.exists("contacts", given.ID) {
			i.refuse(wrongChoice(fmt.Sprintf("_embedded.contacts.%d.id", n)))
		}
		if given.Main {
			ch.contacts = append([]int{given.ID}, ch.contacts...)
		} else {
			ch.contacts = append(ch.contacts, given.ID)
		}
	}
	for n, given := range companies {
		if !s.world.exists("companies", given.ID) {
			i.refuse(wrongChoice(fmt.Sprintf("_embedded.companies.%d.id", n)))
		}
		ch.companies = append(ch.companies, given.ID)
	}
}

// addLeads is POST /api/v4/leads.
func (s *Simulator) addLeads(c *call) (reply, error) {
	items, err := c.many(s.knobs)
	if err != nil {
		return reply{}, err
	}
	changes := make([]leadChange, len(items))
	for n, i := range items {
		changes[n] = s.readLead(i, nil)
	}
	if err := invalid(items...); err != nil {
		return reply{}, err
	}
	var records []object
	var happened []leadEvent
	for _, ch := range changes {
		l := s.createLead(ch, c.actor)
		records = append(records, s.written("leads", l.id, l.updatedAt))
		happened = append(happened, leadEvent{lead: l, added: true})
	}
	s.announceLeads(happened)
	return s.bulk(c, "leads", items, records)
}

// patchLead is PATCH /api/v4/leads/{id}, which takes one object.
func (s *Simulator) patchLead(c *call) (reply, error) {
	i, err := c.one()
	if err != nil {
		return reply{}, err
	}
	l := s.world.leads[c.id()]
	if l == nil || l.deleted {
		return reply{}, refuse(http.StatusNotFound, "Lead not found")
	}
	change := s.readLead(i, l)
	if err := invalid(i); err != nil {
		return reply{}, err
	}
	s.announceLeads([]leadEvent{s.changeLead(l, change, c.actor)})
	return ok(s.written("leads", l.id, l.updatedAt)), nil
}

// patchLeads is PATCH /api/v4/leads, which takes an array with an id in each item. One bad item refuses all.
func (s *Simulator) patchLeads(c *call) (reply, error) {
	items, err := c.many(s.knobs)
	if err != nil {
		return reply{}, err
	}
	targets, changes := make([]*lead, len(items)), make([]leadChange, len(items))
	for n, i := range items {
		i.require("id")
		id, sent := i.integer("id")
		if sent && !s.world.exists("leads", id) {
			i.refuse(wrongChoice("id"))
		}
		targets[n] = s.world.leads[id]
		changes[n] = s.readLead(i, targets[n])
	}
	if err := invalid(items...); err != nil {
		return reply{}, err
	}
	var records []object
	var happened []leadEvent
	for n, l := range targets {
		happened = append(happened, s.changeLead(l, changes[n], c.actor))
		records = append(records, s.written("leads", l.id, l.updatedAt))
	}
	s.announceLeads(happened)
	return s.bulk(c, "leads", items, records)
}
