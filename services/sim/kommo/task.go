package kommo

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
)

// addTasks is POST /api/v4/tasks.
func (s *Simulator) addTasks(c *call) (reply, error) {
	items, err := c.many(s.knobs)
	if err != nil {
		return reply{}, err
	}
	var added []*task
	for _, i := range items {
		i.require("text", "complete_till")
		t := &task{taskType: 1, responsible: c.actor, createdBy: c.actor}
		s.readTask(i, t)
		added = append(added, t)
	}
	if err := invalid(items...); err != nil {
		return reply{}, err
	}
	var records []object
	for _, t := range added {
		t.id, t.createdAt = s.world.nextID(), s.now()
		t.updatedAt, t.editor = t.createdAt, t.createdBy
		s.world.tasks = append(s.world.tasks, t)
		s.announceTask(t)
		records = append(records, object{"id": t.id, "_links": s.href(fmt.Sprintf("/api/v4/tasks/%d", t.id))})
	}
	return s.bulk(c, "tasks", items, records)
}

// readTask puts what the item says into t.
func (s *Simulator) readTask(i *item, t *task) {
	if text, sent := i.text("text"); sent {
		if t.text = text; text == "" {
			i.refuse(missing("text"))
		}
	}
	if till, sent := i.integer("complete_till"); sent {
		t.till = int64(till)
	}
	if id, sent := i.integer("task_type_id"); sent {
		t.taskType = id
		if !slices.ContainsFunc(s.world.taskTypes, func(o object) bool { return o["id"] == id }) {
			i.refuse(wrongChoice("task_type_id"))
		}
	}
	if id, sent := i.integer("responsible_user_id"); sent {
		t.responsible = id
		if !s.world.user(id) {
			i.refuse(wrongChoice("responsible_user_id"))
		}
	}
	s.readTaskEntity(i, t)
	if completed, sent := i.boolean("is_completed"); sent {
		t.completed = completed
	}
	var result struct {
		Text string `json:"text"`
	}
	if i.read("result", "object", &result) {
		t.result = result.Text
	}
}

func (s *Simulator) readTaskEntity(i *item, t *task) {
	id, hasID := i.integer("entity_id")
	kind, hasKind := i.text("entity_type")
	switch {
	case !hasID && !hasKind:
		return
	case !hasKind:
		i.refuse(missing("entity_type"))
	case kind != "leads" && kind != "contacts" && kind != "companies":
		i.refuse(wrongChoice("entity_type"))
	case !hasID || !s.world.exists(kind, id):
		i.refuse(wrongChoice("entity_id"))
	}
	t.kind, t.entity = kind, id
}

// patchTask is PATCH /api/v4/tasks/{id}.
func (s *Simulator) patchTask(c *call) (reply, error) {
	i, err := c.one()
	if err != nil {
		return reply{}, err
	}
	t := s.findTask(c.id())
	if t == nil {
		return reply{}, refuse(http.StatusNotFound, "Task not found")
	}
	changed := *t
	s.readTask(i, &changed)
	if err := invalid(i); err != nil {
		return reply{}, err
	}
	s.changeTask(t, changed, c.actor)
	return ok(s.written("tasks", t.id, t.updatedAt)), nil
}

// patchTasks is PATCH /api/v4/tasks.
func (s *Simulator) patchTasks(c *call) (reply, error) {
	items, err := c.many(s.knobs)
	if err != nil {
		return reply{}, err
	}
	targets, changes := make([]*task, len(items)), make([]task, len(items))
	for n, i := range items {
		i.require("id")
		id, sent := i.integer("id")
		if targets[n] = s.findTask(id); targets[n] != nil {
			changes[n] = *targets[n]
		} else if sent {
			i.refuse(wrongChoice("id"))
		}
		s.readTask(i, &changes[n])
	}
	if err := invalid(items...); err != nil {
		return reply{}, err
	}
	var records []object
	for n, t := range targets {
		s.changeTask(t, changes[n], c.actor)
		records = append(records, s.written("tasks", t.id, t.updatedAt))
	}
	return s.bulk(c, "tasks", items, records)
}

func (s *Simulator) changeTask(t *task, changed task, actor int) {
	*t = changed
	t.editor, t.updatedAt = actor, s.now()
}

func (s *Simulator) findTask(id int) *task {
	i := slices.IndexFunc(s.world.tasks, func(t *task) bool { return t.id == id })
	if i < 0 {
		return nil
	}
	return s.world.tasks[i]
}

// getTask is GET /api/v4/tasks/{id}.
func (s *Simulator) getTask(c *call) (reply, error) {
	t := s.findTask(c.id())
	if t == nil {
		return reply{}, refuse(http.StatusNotFound, "Task not found")
	}
	return ok(s.taskJSON(t)), nil
}

// listTasks is GET /api/v4/tasks.
func (s *Simulator) listTasks(c *call) (reply, error) {
	kinds, done := c.list("filter[entity_type]"), c.query.Get("filter[is_completed]")
	var found []*task
	for _, t := range s.world.tasks {
		if (len(kinds) == 0 || slices.Contains(kinds, t.kind)) && c.allows("filter[entity_id]", t.entity) &&
			(done == "" || (done == "1" || done == "true") == t.completed) && c.allows("filter[id]", t.id) &&
			c.allows("filter[responsible_user_id]", t.responsible) && c.allows("filter[task_type]", t.taskType) &&
			c.within("filter[updated_at]", t.updatedAt) {
			found = append(found, t)
		}
	}
	ordered(c, found, func(t *task) sortKeys { return sortKeys{t.id, t.createdAt, t.updatedAt} })
	return page(s, c, "tasks", found, s.taskJSON)
}

func (s *Simulator) taskJSON(t *task) object {
	var result any = []any{} // Kommo's empty result is a list
	if t.result != "" {
		result = object{"text": t.result}
	}
	return object{
		"id": t.id, "created_by": t.createdBy, "updated_by": t.editor, "created_at": t.createdAt,
		"updated_at": t.updatedAt, "responsible_user_id": t.responsible, "group_id": 0, "entity_id": orNull(t.entity),
		"entity_type": orNull(t.kind), "is_completed": t.completed, "task_type_id": t.taskType, "text": t.text,
		"result": result, "duration": 0, "complete_till": t.till, "account_id": s.world.Account.ID,
		"_links": s.href("/api/v4/tasks/" + strconv.Itoa(t.id)),
	}
}

// closestTask is when the next open task of an entity is due, or null.
func (s *Simulator) closestTask(kind string, id int) any {
	var next int64
	for _, t := range s.world.tasks {
		if t.kind == kind && t.entity == id && !t.completed && (next == 0 || t.till < next) {
			next = t.till
		}
	}
	return orNull(next)
}
