package kommo

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/countersign/countersign/services/sim/courier"
)

// leadEvent is what one write did to one lead.
type leadEvent struct {
	lead                                   *lead
	added, updated, moved, handed, removed bool
	oldStage, oldPipeline, oldResponsible  int
}

// perHook is how many items of a batch share a webhook. That batches are bundled is assumed; that a request may hold
// several items is documented.
const perHook = 50

// announceLeads sends the webhooks of a write: for each action one request per 50 leads. A move is an update too.
func (s *Simulator) announceLeads(happened []leadEvent) {
	s.fireStages(happened)
	for _, action := range []struct {
		name string
		of   func(leadEvent) bool
	}{
		{"add", func(e leadEvent) bool { return e.added }},
		{"status", func(e leadEvent) bool { return e.moved }},
		{"responsible", func(e leadEvent) bool { return e.handed }},
		{"update", func(e leadEvent) bool { return e.updated }},
		{"delete", func(e leadEvent) bool { return e.removed }},
	} {
		var chosen []leadEvent
		for _, e := range happened {
			if action.of(e) {
				chosen = append(chosen, e)
			}
		}
		for chunk := range slices.Chunk(chosen, perHook) {
			s.announce(action.name+"_lead", func(f *form) {
				for n, e := range chunk {
					s.leadForm(f.at("leads", action.name, n), action.name, e)
				}
			})
		}
	}
}

// fireStages sends the Digital Pipeline's webhooks, which carry five keys and nothing of the account. Their retries
// follow the table of the account's webhooks here; the vendor only says up to four within an hour.
func (s *Simulator) fireStages(happened []leadEvent) {
	for _, e := range happened {
		for _, hook := range s.world.StageHooks {
			if !e.moved && !e.added || hook.Stage != e.lead.stage || hook.Pipeline != e.lead.pipeline {
				continue
			}
			var f form
			p := f.at("leads", "status", 0)
			p.set("id", e.lead.id)
			p.set("pipeline_id", e.lead.pipeline)
			p.set("old_pipeline_id", e.oldPipeline)
			p.set("status_id", e.lead.stage)
			p.set("old_status_id", e.oldStage)
			s.send("stage", hook.Destination, formType, []byte(f.text.String()))
		}
	}
}

func (s *Simulator) leadForm(p prefix, action string, e leadEvent) {
	l := e.lead
	p.set("id", l.id)
	if action == "delete" {
		p.set("status_id", l.stage)
		p.set("pipeline_id", l.pipeline)
		return
	}
	p.set("name", l.name)
	p.set("status_id", l.stage)
	if e.moved && action != "add" {
		p.set("old_status_id", e.oldStage)
	}
	p.set("price", l.price)
	p.set("responsible_user_id", l.responsible)
	if action == "responsible" {
		p.set("old_responsible_user_id", e.oldResponsible)
	}
	p.set("last_modified", l.updatedAt)
	p.set("modified_user_id", l.editor)
	p.set("created_user_id", l.createdBy)
	p.set("date_create", l.createdAt)
	p.set("pipeline_id", l.pipeline)
	if e.moved && e.oldPipeline != l.pipeline {
		p.set("old_pipeline_id", e.oldPipeline)
	}
	for n, t := range l.tags {
		p.at("tags", n).set("id", t.id)
		p.at("tags", n).set("name", t.name)
	}
	p.set("account_id", s.world.Account.ID)
	p.fields(s.world.LeadFields, l.fields)
	p.set("created_at", l.createdAt)
	p.set("updated_at", l.updatedAt)
}

// announceContact sends the webhook of a contact or company; both come under "contacts".
func (s *Simulator) announceContact(action string, ct *contact, oldResponsible int) {
	s.announce(action+"_"+ct.kind(), func(f *form) {
		p := f.at("contacts", action, 0)
		p.set("id", ct.id)
		if action != "delete" {
			p.set("name", ct.name)
			p.set("responsible_user_id", ct.responsible)
			if ct.responsible != oldResponsible {
				p.set("old_responsible_user_id", oldResponsible)
			}
			p.set("date_create", ct.createdAt)
			p.set("last_modified", ct.updatedAt)
			p.set("created_user_id", ct.createdBy)
			p.set("modified_user_id", ct.editor)
			p.set("account_id", s.world.Account.ID)
			p.fields(s.world.ContactFields, ct.fields)
			p.set("created_at", ct.createdAt)
			p.set("updated_at", ct.updatedAt)
		}
		p.set("type", ct.kind())
	})
}

// announceNote sends the webhook of a new note, with the vendor's numbers for types and its spelling.
func (s *Simulator) announceNote(nt *note) {
	group, setting, element := "leads", "note_lead", 2
	switch nt.kind {
	case "contacts":
		group, setting, element = "contacts", "note_contact", 1
	case "companies":
		group, setting, element = "contacts", "note_company", 3
	}
	s.announce(setting, func(f *form) {
		p := f.at(group, "note", 0, "note")
		p.set("id", nt.id)
		text, _ := nt.params["text"].(string)
		attachment, _ := nt.params["file_name"].(string)
		noteType := 4
		if nt.noteType == "attachment" {
			noteType = 5
		}
		p.set("note_type", noteType)
		p.set("element_type", element)
		p.set("element_id", nt.entity)
		p.set("text", text)
		p.set("attachement", attachment)
		p.set("metadata", nt.metadata())
		p.set("created_by", nt.createdBy)
		p.set("account_id", s.world.Account.ID)
		p.set("date_create", vendorDate(nt.createdAt))
	})
}

func (s *Simulator) announceTask(t *task) {
	s.announce("add_task", func(f *form) {
		p := f.at("task", "add", 0)
		p.set("id", t.id)
		p.set("element_id", t.entity)
		p.set("element_type", map[string]int{"contacts": 1, "leads": 2, "companies": 3}[t.kind])
		p.set("task_type", t.taskType)
		p.set("text", t.text)
		p.set("responsible_user_id", t.responsible)
		p.set("created_user_id", t.createdBy)
		p.set("account_id", s.world.Account.ID)
		p.set("date_create", vendorDate(t.createdAt))
		p.set("last_modified", vendorDate(t.updatedAt))
		p.set("complete_till", vendorDate(t.till))
		p.set("complete_before", t.till)
	})
}

// vendorDate is the form of dates in the webhooks of tasks and notes.
func vendorDate(unix int64) string {
	return time.Unix(unix, 0).UTC().Format(time.DateTime)
}

// announce sends a webhook to every live subscription that asked for the event.
func (s *Simulator) announce(setting string, fill func(*form)) {
	var f form
	account := f.at("account")
	account.set("subdomain", s.world.Account.Subdomain)
	account.set("id", s.world.Account.ID)
	account.at("_links").set("self", s.cfg.BaseURL)
	fill(&f)
	for _, sub := range s.world.hooks {
		if !sub.disabled && slices.Contains(sub.settings, setting) {
			s.send(setting, sub.destination, formType, []byte(f.text.String()))
		}
	}
}

const formType = "application/x-www-form-urlencoded"

// send gives the courier a webhook with the headers seen on real ones. There is no signature.
func (s *Simulator) send(event, destination, mediaType string, body []byte) {
	s.courier.Send(courier.Message{
		ID: strconv.Itoa(s.world.nextID()), Event: event, URL: destination, Body: body,
		Header: http.Header{"Content-Type": {mediaType}, "User-Agent": {"amoCRM-Webhooks/3.0"}},
	})
}
