package kommo

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
)

// noteParams are the parameters each type of note must have.
func noteParams() map[string][]string {
	return map[string][]string{
		"common":                   {"text"},
		"service_message":          {"service", "text"},
		"extended_service_message": {"service", "text"},
		"attachment":               {"file_uuid", "version_uuid", "file_name"},
		"call_in":                  {"uniq", "duration", "source", "phone"},
		"call_out":                 {"uniq", "duration", "source", "phone"},
		"sms_in":                   {"text", "phone"},
		"sms_out":                  {"text", "phone"},
		"geolocation":              {"text", "address", "longitude", "latitude"},
	}
}

// addNotes is POST /api/v4/{leads|contacts|companies}/notes.
func (s *Simulator) addNotes(kind string) handler {
	return func(c *call) (reply, error) {
		items, err := c.many(s.knobs)
		if err != nil {
			return reply{}, err
		}
		var added []*note
		for _, i := range items {
			added = append(added, s.readNote(i, kind))
		}
		if err := invalid(items...); err != nil {
			return reply{}, err
		}
		var records []object
		for n, nt := range added {
			nt.id, nt.createdAt, nt.updatedAt = s.world.nextID(), s.now(), s.now()
			if !items[n].has("created_by") {
				nt.createdBy = c.actor
			}
			nt.editor = nt.createdBy
			s.world.notes = append(s.world.notes, nt)
			s.announceNote(nt)
			records = append(records, object{"id": nt.id, "entity_id": nt.entity, "_links": s.noteHref(nt)})
		}
		return s.bulk(c, "notes", items, records)
	}
}

func (s *Simulator) readNote(i *item, kind string) *note {
	nt := &note{kind: kind}
	i.require("entity_id", "note_type", "params")
	var sent bool
	if nt.entity, sent = i.integer("entity_id"); sent && !s.world.exists(kind, nt.entity) {
		i.refuse(wrongChoice("entity_id"))
	}
	if nt.createdBy, sent = i.integer("created_by"); sent && nt.createdBy != 0 && !s.world.user(nt.createdBy) {
		i.refuse(wrongChoice("created_by"))
	}
	i.boolean("is_need_to_trigger_digital_pipeline")
	if nt.noteType, sent = i.text("note_type"); sent {
		nt.params = readNoteParams(i, nt.noteType)
		if uuid, _ := nt.params["file_uuid"].(string); uuid != "" && s.world.files[uuid] == nil {
			i.refuse(wrongChoice("params.file_uuid"))
		}
	}
	return nt
}

func readNoteParams(i *item, noteType string) object {
	required, known := noteParams()[noteType]
	if !known {
		i.refuse(wrongChoice("note_type"))
		return nil
	}
	var params object
	i.read("params", "object", &params)
	for _, key := range required {
		v, sent := params[key]
		if !sent || v == nil || v == "" {
			i.refuse(missing("params." + key))
			continue
		}
		if _, isText := v.(string); !isText && (key == "text" || key == "service") {
			i.refuse(wrongType("params."+key, "string"))
		}
	}
	return params
}

// listNotes is GET /api/v4/{kind}/notes and, for one entity, GET /api/v4/{kind}/{id}/notes.
func (s *Simulator) listNotes(kind string) handler {
	return func(c *call) (reply, error) {
		if len(c.args) > 0 && !s.world.exists(kind, c.id()) {
			return reply{}, refuse(http.StatusNotFound, "Entity not found")
		}
		types := c.list("filter[note_type]")
		var found []*note
		for _, nt := range s.world.notes {
			if nt.kind == kind && (len(c.args) == 0 || nt.entity == c.id()) && c.allows("filter[id]", nt.id) &&
				c.allows("filter[entity_id]", nt.entity) && c.within("filter[updated_at]", nt.updatedAt) &&
				(len(types) == 0 || slices.Contains(types, nt.noteType)) {
				found = append(found, nt)
			}
		}
		ordered(c, found, func(n *note) sortKeys { return sortKeys{n.id, n.createdAt, n.updatedAt} })
		return page(s, c, "notes", found, s.noteJSON)
	}
}

// oneNote runs h on the note of GET, PATCH and pin calls: /api/v4/{kind}/notes/{id}.
func (s *Simulator) oneNote(kind string, h func(*call, *note) (reply, error)) handler {
	return func(c *call) (reply, error) {
		for _, nt := range s.world.notes {
			if nt.id == c.id() && nt.kind == kind {
				return h(c, nt)
			}
		}
		return reply{}, refuse(http.StatusNotFound, "Note not found")
	}
}

func (s *Simulator) getNote(_ *call, nt *note) (reply, error) {
	return ok(s.noteJSON(nt)), nil
}

func (s *Simulator) patchNote(c *call, nt *note) (reply, error) {
	i, err := c.one()
	if err != nil {
		return reply{}, err
	}
	i.require("params")
	params := readNoteParams(i, nt.noteType)
	if err := invalid(i); err != nil {
		return reply{}, err
	}
	nt.params, nt.editor, nt.updatedAt = params, c.actor, s.now()
	return ok(object{"id": nt.id, "updated_at": nt.updatedAt, "_links": s.noteHref(nt)}), nil
}

func pinNote(pinned bool) func(*call, *note) (reply, error) {
	return func(_ *call, nt *note) (reply, error) {
		nt.pinned = pinned
		return empty(http.StatusNoContent), nil
	}
}

func (s *Simulator) noteHref(nt *note) object {
	return s.href(fmt.Sprintf("/api/v4/%s/%d/notes/%d", nt.kind, nt.entity, nt.id))
}

func (s *Simulator) noteJSON(nt *note) object {
	params := object{}
	for key, v := range nt.params {
		params[key] = v
	}
	if nt.noteType == "attachment" {
		params["original_name"], params["attachment"] = params["file_name"], params["file_name"]
		params["is_drive_attachment"] = true
	}
	return object{
		"id": nt.id, "entity_id": nt.entity, "created_by": nt.createdBy, "updated_by": nt.editor,
		"created_at": nt.createdAt, "updated_at": nt.updatedAt, "responsible_user_id": nt.createdBy, "group_id": 0,
		"note_type": nt.noteType, "params": params, "is_pinned": nt.pinned, "account_id": s.world.Account.ID,
		"_links": s.noteHref(nt),
	}
}

// metadata is a note's parameters as the JSON text that webhooks carry.
func (nt *note) metadata() string {
	text, _ := json.Marshal(nt.params) // came from JSON
	return string(text)
}
