package kommo

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// getLead is GET /api/v4/leads/{id}; an unknown id is 204.
func (s *Simulator) getLead(c *call) (reply, error) {
	l := s.world.leads[c.id()]
	if l == nil || l.deleted != c.with("only_deleted") {
		return empty(http.StatusNoContent), nil
	}
	return ok(s.leadJSON(l, c.with("contacts"))), nil
}

// listLeads is GET /api/v4/leads.
func (s *Simulator) listLeads(c *call) (reply, error) {
	var found []*lead
	for _, l := range s.world.leads {
		if l.deleted == c.with("only_deleted") && s.matchesLead(c, l) {
			found = append(found, l)
		}
	}
	ordered(c, found, func(l *lead) sortKeys { return sortKeys{l.id, l.createdAt, l.updatedAt} })
	return page(s, c, "leads", found, func(l *lead) object { return s.leadJSON(l, c.with("contacts")) })
}

func (s *Simulator) matchesLead(c *call, l *lead) bool {
	for key, n := range map[string]int{
		"filter[id]": l.id, "filter[price]": l.price, "filter[pipeline_id]": l.pipeline,
		"filter[responsible_user_id]": l.responsible, "filter[created_by]": l.createdBy, "filter[updated_by]": l.editor,
	} {
		if !c.allows(key, n) {
			return false
		}
	}
	for key, at := range map[string]int64{
		"filter[created_at]": l.createdAt, "filter[updated_at]": l.updatedAt, "filter[closed_at]": l.closedAt,
	} {
		if !c.within(key, at) {
			return false
		}
	}
	if names := c.list("filter[name]"); len(names) > 0 && !slices.Contains(names, l.name) {
		return false
	}
	return c.inStages("filter[statuses]", l.pipeline, l.stage) &&
		contains(c.query.Get("query"), l.name, l.fields) && s.matchesFields(c, l)
}

// contains is the full text search: the text in the name or in any field, whatever its case.
func contains(text, name string, fields values) bool {
	text = strings.ToLower(text)
	if strings.Contains(strings.ToLower(name), text) {
		return true
	}
	for _, list := range fields {
		for _, v := range list {
			if strings.Contains(strings.ToLower(v.string()), text) {
				return true
			}
		}
	}
	return false
}

// matchesFields honours the filter by custom fields only where the account has it; elsewhere it is silently ignored.
func (s *Simulator) matchesFields(c *call, l *lead) bool {
	if !s.knobs.FieldFilter {
		return true
	}
	for _, f := range s.world.LeadFields {
		wanted := c.list(fmt.Sprintf("filter[custom_fields_values][%d]", f.ID))
		if len(wanted) > 0 && !slices.ContainsFunc(l.fields[f.ID], func(v value) bool {
			return slices.Contains(wanted, v.string())
		}) {
			return false
		}
	}
	return true
}

func (s *Simulator) leadJSON(l *lead, withContacts bool) object {
	embedded := object{"tags": tagsJSON(l.tags), "companies": s.linksJSON("companies", l.companies)}
	if withContacts {
		list := s.linksJSON("contacts", l.contacts)
		for i := range list {
			list[i]["is_main"] = i == 0
		}
		embedded["contacts"] = list
	}
	return object{
		"id": l.id, "name": l.name, "price": l.price, "responsible_user_id": l.responsible, "group_id": 0,
		"status_id": l.stage, "pipeline_id": l.pipeline, "loss_reason_id": orNull(l.lossReason),
		"created_by": l.createdBy, "updated_by": l.editor, "created_at": l.createdAt, "updated_at": l.updatedAt,
		"closed_at": orNull(l.closedAt), "closest_task_at": s.closestTask("leads", l.id), "is_deleted": l.deleted,
		"custom_fields_values": l.fields.json(s.world.LeadFields), "score": nil, "account_id": s.world.Account.ID,
		"labor_cost": nil, "is_price_computed": false,
		"_links": s.href(fmt.Sprintf("/api/v4/leads/%d", l.id)), "_embedded": embedded,
	}
}

func tagsJSON(tags []tag) []object {
	list := []object{}
	for _, t := range tags {
		list = append(list, object{"id": t.id, "name": t.name, "color": nil})
	}
	return list
}

func (s *Simulator) linksJSON(kind string, ids []int) []object {
	list := []object{}
	for _, id := range ids {
		list = append(list, object{"id": id, "_links": s.href(fmt.Sprintf("/api/v4/%s/%d", kind, id))})
	}
	return list
}

// leadLinks is GET /api/v4/leads/{id}/links, where the main contact's flag has another name.
func (s *Simulator) leadLinks(c *call) (reply, error) {
	l := s.world.leads[c.id()]
	if l == nil || l.deleted {
		return reply{}, refuse(http.StatusNotFound, "Lead not found")
	}
	list := []object{}
	for i, id := range l.contacts {
		list = append(list, object{
			"to_entity_id": id, "to_entity_type": "contacts", "metadata": object{"main_contact": i == 0},
		})
	}
	for _, id := range l.companies {
		list = append(list, object{"to_entity_id": id, "to_entity_type": "companies", "metadata": nil})
	}
	return ok(object{
		"_total_items": len(list), "_links": s.href(c.path), "_embedded": object{"links": list},
	}), nil
}

// written is the answer for one changed record.
func (s *Simulator) written(kind string, id int, updatedAt int64) object {
	return object{"id": id, "updated_at": updatedAt, "_links": s.href(fmt.Sprintf("/api/v4/%s/%d", kind, id))}
}

// bulk is the answer for the records of a batch, each with the request_id of its item.
func (s *Simulator) bulk(c *call, name string, items []*item, records []object) (reply, error) {
	for i := range records {
		records[i]["request_id"] = items[i].requestID
	}
	return ok(object{"_links": s.href(c.path), "_embedded": object{name: records}}), nil
}
