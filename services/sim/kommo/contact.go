package kommo

import (
	"fmt"
	"net/http"
)

// contactChange is what a write says about a contact or company; nil leaves as it is.
type contactChange struct {
	name, first, last *string
	responsible       *int
	fields            values
}

func (s *Simulator) readContact(i *item) contactChange {
	var ch contactChange
	for key, into := range map[string]**string{"name": &ch.name, "first_name": &ch.first, "last_name": &ch.last} {
		if text, sent := i.text(key); sent {
			*into = &text
		}
	}
	if id, sent := i.integer("responsible_user_id"); sent {
		ch.responsible = &id
		if !s.world.user(id) {
			i.refuse(wrongChoice("responsible_user_id"))
		}
	}
	ch.fields = i.fieldValues(s.world.ContactFields)
	return ch
}

// getContact is GET /api/v4/contacts/{id} or /companies/{id}; an unknown id is 204.
func (s *Simulator) getContact(kind string) handler {
	return func(c *call) (reply, error) {
		if !s.world.exists(kind, c.id()) {
			return empty(http.StatusNoContent), nil
		}
		return ok(s.contactJSON(s.world.contacts[c.id()], c.with("leads"))), nil
	}
}

// listContacts is GET /api/v4/contacts or /companies.
func (s *Simulator) listContacts(kind string) handler {
	return func(c *call) (reply, error) {
		var found []*contact
		for _, ct := range s.world.contacts {
			if s.world.exists(kind, ct.id) && c.allows("filter[id]", ct.id) &&
				c.allows("filter[responsible_user_id]", ct.responsible) &&
				c.within("filter[updated_at]", ct.updatedAt) && contains(c.query.Get("query"), ct.name, ct.fields) {
				found = append(found, ct)
			}
		}
		ordered(c, found, func(ct *contact) sortKeys { return sortKeys{ct.id, ct.createdAt, ct.updatedAt} })
		return page(s, c, kind, found, func(ct *contact) object { return s.contactJSON(ct, c.with("leads")) })
	}
}

// addContacts is POST /api/v4/contacts.
func (s *Simulator) addContacts(c *call) (reply, error) {
	items, err := c.many(s.knobs)
	if err != nil {
		return reply{}, err
	}
	changes := make([]contactChange, len(items))
	for n, i := range items {
		changes[n] = s.readContact(i)
	}
	if err := invalid(items...); err != nil {
		return reply{}, err
	}
	var records []object
	for _, ch := range changes {
		ct := s.createContact(ch, false, c.actor)
		records = append(records, s.written("contacts", ct.id, ct.updatedAt))
	}
	return s.bulk(c, "contacts", items, records)
}

// patchContact is PATCH /api/v4/contacts/{id}.
func (s *Simulator) patchContact(c *call) (reply, error) {
	i, err := c.one()
	if err != nil {
		return reply{}, err
	}
	if !s.world.exists("contacts", c.id()) {
		return reply{}, refuse(http.StatusNotFound, "Contact not found")
	}
	change := s.readContact(i)
	if err := invalid(i); err != nil {
		return reply{}, err
	}
	ct := s.world.contacts[c.id()]
	s.changeContact(ct, change, c.actor)
	return ok(s.written("contacts", ct.id, ct.updatedAt)), nil
}

func (s *Simulator) createContact(ch contactChange, company bool, actor int) *contact {
	ct := &contact{
		id: s.world.nextID(), company: company, responsible: s.world.Users[0].ID,
		createdBy: actor, createdAt: s.now(), fields: values{},
	}
	s.world.contacts[ct.id] = ct
	s.fillContact(ct, ch, actor)
	s.record(&event{kind: ct.kind() + "_added", entity: ct.id, createdBy: actor})
	s.announceContact("add", ct, ct.responsible)
	return ct
}

func (s *Simulator) changeContact(ct *contact, ch contactChange, actor int) {
	old := ct.responsible
	s.fillContact(ct, ch, actor)
	s.announceContact("update", ct, old)
}

func (s *Simulator) fillContact(ct *contact, ch contactChange, actor int) {
	set(&ct.first, ch.first)
	set(&ct.last, ch.last)
	if ch.first != nil || ch.last != nil {
		ct.name = joinNames(ct.first, ct.last)
	}
	set(&ct.name, ch.name)
	set(&ct.responsible, ch.responsible)
	ct.fields.apply(ch.fields)
	ct.editor, ct.updatedAt = actor, s.now()
}

func joinNames(first, last string) string {
	if first == "" || last == "" {
		return first + last
	}
	return first + " " + last
}

// kind is the word for the entity in events and webhooks.
func (ct *contact) kind() string {
	if ct.company {
		return "company"
	}
	return "contact"
}

func (s *Simulator) contactJSON(ct *contact, withLeads bool) object {
	kind := "contacts"
	if ct.company {
		kind = "companies"
	}
	embedded := object{"tags": []object{}}
	if !ct.company {
		embedded["companies"] = []object{}
	}
	if withLeads {
		embedded["leads"] = s.linksJSON("leads", s.world.leadsOf(ct.id))
	}
	o := object{
		"id": ct.id, "name": ct.name, "responsible_user_id": ct.responsible, "group_id": 0,
		"created_by": ct.createdBy, "updated_by": ct.editor, "created_at": ct.createdAt, "updated_at": ct.updatedAt,
		"closest_task_at": s.closestTask(kind, ct.id), "is_deleted": ct.deleted,
		"custom_fields_values": ct.fields.json(s.world.ContactFields), "account_id": s.world.Account.ID,
		"_links": s.href(fmt.Sprintf("/api/v4/%s/%d", kind, ct.id)), "_embedded": embedded,
	}
	if !ct.company {
		o["first_name"], o["last_name"], o["is_unsorted"] = ct.first, ct.last, false
	}
	return o
}
