package kommo

import (
	"fmt"
	"net/http"
	"strings"
)

// getAccount is GET /api/v4/account.
func (s *Simulator) getAccount(c *call) (reply, error) {
	a := s.world.Account
	o := object{
		"id": a.ID, "name": a.Name, "subdomain": a.Subdomain, "current_user_id": c.actor, "country": a.Country,
		"currency": a.Currency, "language": a.Language, "_links": s.href("/api/v4/account"),
	}
	embedded := object{}
	for _, word := range strings.Split(c.query.Get("with"), ",") {
		switch word {
		case "drive_url":
			o["drive_url"] = s.cfg.DriveURL
		case "version":
			o["version"] = 12
		case "amojo_id":
			o["amojo_id"] = "c4b1e9f0-0000-4000-8000-000000000001"
		case "is_api_filter_enabled":
			o["is_api_filter_enabled"] = s.knobs.FieldFilter
		case "task_types":
			embedded["task_types"] = s.world.taskTypes
		case "users_groups":
			embedded["users_groups"] = []object{{"id": 0, "name": "Sales", "uuid": nil}}
		case "datetime_settings":
			embedded["datetime_settings"] = object{
				"date_pattern": "d.m.Y H:i", "timezone": "Europe/Zurich", "timezone_offset": "+01:00",
			}
		}
	}
	if len(embedded) > 0 {
		o["_embedded"] = embedded
	}
	return ok(o), nil
}

// listUsers is GET /api/v4/users.
func (s *Simulator) listUsers(c *call) (reply, error) {
	var list []object
	for n, u := range s.world.Users {
		list = append(list, object{
			"id": u.ID, "name": u.Name, "email": u.Email, "lang": s.world.Account.Language,
			"rights": object{"is_admin": n == 0, "is_active": true, "is_free": false},
			"_links": s.href(fmt.Sprintf("/api/v4/users/%d", u.ID)),
		})
	}
	return page(s, c, "users", list, asIs)
}

// listPipelines is GET /api/v4/leads/pipelines, never in pages.
func (s *Simulator) listPipelines(*call) (reply, error) {
	var list []object
	for n, p := range s.world.Pipelines {
		list = append(list, s.pipelineJSON(p, n))
	}
	return ok(object{
		"_total_items": len(list), "_links": s.href("/api/v4/leads/pipelines"), "_embedded": object{"pipelines": list},
	}), nil
}

// getPipeline is GET /api/v4/leads/pipelines/{id}.
func (s *Simulator) getPipeline(c *call) (reply, error) {
	for n, p := range s.world.Pipelines {
		if p.ID == c.id() {
			return ok(s.pipelineJSON(p, n)), nil
		}
	}
	return reply{}, refuse(http.StatusNotFound, "Pipeline not found")
}

// listStages is GET /api/v4/leads/pipelines/{id}/statuses.
func (s *Simulator) listStages(c *call) (reply, error) {
	p, found := s.world.pipeline(c.id())
	if !found {
		return reply{}, refuse(http.StatusNotFound, "Pipeline not found")
	}
	list := s.stagesJSON(p)
	return ok(object{
		"_total_items": len(list), "_links": s.href(c.path), "_embedded": object{"statuses": list},
	}), nil
}

func (s *Simulator) pipelineJSON(p Pipeline, index int) object {
	return object{
		"id": p.ID, "name": p.Name, "sort": index + 1, "is_main": p.Main, "is_unsorted_on": p.Stages[0].Type == 1,
		"is_archive": false, "account_id": s.world.Account.ID,
		"_links":    s.href(fmt.Sprintf("/api/v4/leads/pipelines/%d", p.ID)),
		"_embedded": object{"statuses": s.stagesJSON(p)},
	}
}

func (s *Simulator) stagesJSON(p Pipeline) []object {
	var list []object
	for n, st := range p.Stages {
		sort, editable, color := 10*(n+1), st.Type == 0, "#fffeb2"
		switch st.ID {
		case StageWon:
			sort, editable, color = 10000, false, "#CCFF66"
		case StageLost:
			sort, editable, color = 11000, false, "#D5D8DB"
		}
		list = append(list, object{
			"id": st.ID, "name": st.Name, "sort": sort, "is_editable": editable, "pipeline_id": p.ID, "color": color,
			"type": st.Type, "account_id": s.world.Account.ID,
			"_links": s.href(fmt.Sprintf("/api/v4/leads/pipelines/%d/statuses/%d", p.ID, st.ID)),
		})
	}
	return list
}
