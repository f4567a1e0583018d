package kommo

import "net/http"

func (s *Simulator) simCreateContact(company bool) handler {
	return func(c *call) (reply, error) {
		i, err := s.plain(c, s.world.ContactFields)
		if err != nil {
			return reply{}, err
		}
		change := s.readContact(i)
		if err := invalid(i); err != nil {
			return reply{}, err
		}
		return ok(s.contactJSON(s.createContact(change, company, c.actor), true)), nil
	}
}

func (s *Simulator) simEditContact(kind string) handler {
	return func(c *call) (reply, error) {
		i, err := s.plain(c, s.world.ContactFields)
		if err != nil {
			return reply{}, err
		}
		change := s.readContact(i)
		if err := invalid(i); err != nil {
			return reply{}, err
		}
		if !s.world.exists(kind, c.id()) {
			return reply{}, refuse(http.StatusNotFound, "no such "+kind)
		}
		ct := s.world.contacts[c.id()]
		s.changeContact(ct, change, c.actor)
		return ok(s.contactJSON(ct, true)), nil
	}
}

func (s *Simulator) simDeleteContact(c *call) (reply, error) {
	if !s.world.exists("contacts", c.id()) {
		return reply{}, refuse(http.StatusNotFound, "no such contact")
	}
	ct := s.world.contacts[c.id()]
	ct.deleted, ct.updatedAt = true, s.now()
	s.record(&event{kind: "contact_deleted", entity: ct.id, createdBy: c.actor})
	s.announceContact("delete", ct, ct.responsible)
	return empty(http.StatusNoContent), nil
}

func (s *Simulator) simCreateLead(c *call) (reply, error) {
	i, err := s.plain(c, s.world.LeadFields)
	if err != nil {
		return reply{}, err
	}
	change := s.readLead(i, nil)
	if err := invalid(i); err != nil {
		return reply{}, err
	}
	l := s.createLead(change, c.actor)
	s.announceLeads([]leadEvent{{lead: l, added: true}})
	return ok(s.leadJSON(l, true)), nil
}

func (s *Simulator) simEditLead(c *call) (reply, error) {
	if !s.world.exists("leads", c.id()) {
		return reply{}, refuse(http.StatusNotFound, "no such lead")
	}
	i, err := s.plain(c, s.world.LeadFields)
	if err != nil {
		return reply{}, err
	}
	l := s.world.leads[c.id()]
	change := s.readLead(i, l)
	if err := invalid(i); err != nil {
		return reply{}, err
	}
	s.announceLeads([]leadEvent{s.changeLead(l, change, c.actor)})
	return ok(s.leadJSON(l, true)), nil
}

// simMoveLeads is a bulk move on the board: one write, and webhooks with many items.
func (s *Simulator) simMoveLeads(c *call) (reply, error) {
	i, err := s.plain(c, s.world.LeadFields)
	if err != nil {
		return reply{}, err
	}
	var ids []int
	i.read("ids", "array", &ids)
	i.require("ids")
	changes := map[int]leadChange{}
	for _, id := range ids {
		if !s.world.exists("leads", id) {
			return reply{}, refuse(http.StatusNotFound, "no such lead")
		}
		changes[id] = s.readLead(i, s.world.leads[id])
	}
	if err := invalid(i); err != nil {
		return reply{}, err
	}
	var happened []leadEvent
	for _, id := range ids {
		happened = append(happened, s.changeLead(s.world.leads[id], changes[id], c.actor))
	}
	s.announceLeads(happened)
	return empty(http.StatusNoContent), nil
}

func (s *Simulator) simDeleteLead(c *call) (reply, error) {
	if !s.world.exists("leads", c.id()) {
		return reply{}, refuse(http.StatusNotFound, "no such lead")
	}
	s.deleteLead(s.world.leads[c.id()], c.actor)
	return empty(http.StatusNoContent), nil
}
