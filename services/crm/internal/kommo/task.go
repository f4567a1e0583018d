package kommo

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// NewTask is a task to put on a lead's card.
type NewTask struct {
	LeadID int64
	Text   string
	// Due is required; seconds are kept.
	Due time.Time
	// ResponsibleUserID 0 leaves it to Kommo.
	ResponsibleUserID int64
}

// Task is a task on a lead's card.
type Task struct {
	ID        int64
	Text      string
	Due       time.Time
	Completed bool
}

// followUp is Kommo's own task type 1, which every account has.
const followUp = 1

// AddTasks puts up to Batch tasks on cards and returns their ids in the same order. Nothing keeps a repeated call from
// making twins: look with FindTask first when an earlier call was Uncertain.
func (c *Client) AddTasks(ctx context.Context, tasks []NewTask) ([]int64, error) {
	type newTask struct {
		Text              string `json:"text"`
		CompleteTill      int64  `json:"complete_till"`
		TypeID            int    `json:"task_type_id"`
		EntityID          int64  `json:"entity_id"`
		EntityType        string `json:"entity_type"`
		ResponsibleUserID int64  `json:"responsible_user_id,omitempty"`
		RequestID         string `json:"request_id"`
	}
	body := make([]newTask, len(tasks))
	for i, t := range tasks {
		body[i] = newTask{t.Text, t.Due.Unix(), followUp, t.LeadID, "leads", t.ResponsibleUserID, strconv.Itoa(i)}
	}
	return c.create(ctx, call{name: "AddTasks", path: "tasks", in: body}, "tasks", len(tasks))
}

type taskJSON struct {
	ID           int64  `json:"id"`
	Text         string `json:"text"`
	CompleteTill int64  `json:"complete_till"`
	Completed    bool   `json:"is_completed"`
	EntityID     int64  `json:"entity_id"`
}

// Tasks lists all tasks of a lead, the completed ones included.
func (c *Client) Tasks(ctx context.Context, leadID int64) ([]Task, error) {
	items, err := all[taskJSON](ctx, c, tasksOf("Tasks", leadID), "tasks")
	tasks := make([]Task, 0, len(items))
	for _, item := range items {
		if item.EntityID == leadID {
			tasks = append(tasks, Task{item.ID, item.Text, time.Unix(item.CompleteTill, 0).UTC(), item.Completed})
		}
	}
	return tasks, err
}

// FindTask returns the id of a lead's task whose text ends in mark, completed or not; false when there is none.
func (c *Client) FindTask(ctx context.Context, leadID int64, mark string) (int64, bool, error) {
	if mark == "" {
		return 0, false, nil
	}
	found, err := find(ctx, c, tasksOf("FindTask", leadID), "tasks", func(t taskJSON) bool {
		return t.EntityID == leadID && strings.HasSuffix(strings.TrimSpace(t.Text), mark)
	})
	if err != nil || found == nil {
		return 0, false, err
	}
	return found.ID, true, nil
}

func tasksOf(name string, leadID int64) call {
	return call{name: name, method: http.MethodGet, path: "tasks", query: url.Values{
		"filter[entity_type]": {"leads"}, "filter[entity_id][]": {strconv.FormatInt(leadID, 10)},
	}}
}
