package kommo

import (
	"net/http"
	"slices"
	"strconv"
)

// eventPage is the largest page of events; the default is Kommo's for every list.
const eventPage = 100

// record enters an event into the account's history.
func (s *Simulator) record(e *event) {
	e.id, e.createdAt = strconv.Itoa(s.world.nextID()), s.now()
	s.world.events = append(s.world.events, e)
}

func (s *Simulator) stageEvent(ev leadEvent, actor int) *event {
	return &event{
		kind: "lead_status_changed", entity: ev.lead.id, createdBy: actor,
		stageBefore: ev.oldStage, stageAfter: ev.lead.stage,
		pipelineBefore: ev.oldPipeline, pipelineAfter: ev.lead.pipeline,
	}
}

// listEvents is GET /api/v4/events, newest first.
func (s *Simulator) listEvents(c *call) (reply, error) {
	if len(c.list("filter[entity_id]")) > 10 {
		return reply{}, refuse(http.StatusBadRequest, "No more than 10 values of filter[entity_id] are allowed")
	}
	if c.number("limit", defaultPage) > eventPage {
		return reply{}, refuse(http.StatusUnprocessableEntity, "Limit 100 per page")
	}
	kinds, entities := c.list("filter[type]"), c.list("filter[entity]")
	var found []*event
	for _, e := range slices.Backward(s.world.events) {
		if (len(kinds) == 0 || slices.Contains(kinds, e.kind)) &&
			(len(entities) == 0 || slices.Contains(entities, e.entityType())) &&
			c.allows("filter[entity_id]", e.entity) && c.allows("filter[created_by]", e.createdBy) &&
			c.within("filter[created_at]", e.createdAt) &&
			c.inStages("filter[value_after][leads_statuses]", e.pipelineAfter, e.stageAfter) &&
			c.inStages("filter[value_before][leads_statuses]", e.pipelineBefore, e.stageBefore) {
			found = append(found, e)
		}
	}
	return page(s, c, "events", found, s.eventJSON)
}

func (e *event) entityType() string {
	switch e.kind {
	case "contact_added", "contact_deleted":
		return "contact"
	case "company_added":
		return "company"
	}
	return "lead"
}

func (s *Simulator) eventJSON(e *event) object {
	before, after := []object{}, []object{}
	if e.kind == "lead_status_changed" {
		before = []object{{"lead_status": object{"id": e.stageBefore, "pipeline_id": e.pipelineBefore}}}
		after = []object{{"lead_status": object{"id": e.stageAfter, "pipeline_id": e.pipelineAfter}}}
	}
	return object{
		"id": e.id, "type": e.kind, "entity_id": e.entity, "entity_type": e.entityType(), "created_by": e.createdBy,
		"created_at": e.createdAt, "value_after": after, "value_before": before, "account_id": s.world.Account.ID,
		"_links": s.href("/api/v4/events/" + e.id),
	}
}
