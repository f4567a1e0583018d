package kommo

import (
	"fmt"
	"net/http"
	"slices"
)

// fieldTypes are the types a field can be created with.
func fieldTypes() []string {
	return []string{
		"text", "textarea", "url", "numeric", "price", "monetary", "streetaddress", "tracking_data", "checkbox",
		"date", "date_time", "birthday", "select", "radiobutton", "category", "multiselect", "multitext",
	}
}

// fieldsOf is the list of fields of leads or of contacts, which the handlers below read and extend.
func (s *Simulator) fieldsOf(kind string) *[]Field {
	if kind == "leads" {
		return &s.world.LeadFields
	}
	return &s.world.ContactFields
}

// listFields is GET /api/v4/{leads|contacts}/custom_fields.
func (s *Simulator) listFields(kind string) handler {
	return func(c *call) (reply, error) {
		var list []object
		types := c.list("filter[type]")
		for n, f := range *s.fieldsOf(kind) {
			if len(types) == 0 || slices.Contains(types, f.Type) {
				list = append(list, s.fieldJSON(kind, f, n))
			}
		}
		return page(s, c, "custom_fields", list, asIs)
	}
}

// getField is GET /api/v4/{leads|contacts}/custom_fields/{id}.
func (s *Simulator) getField(kind string) handler {
	return func(c *call) (reply, error) {
		for n, f := range *s.fieldsOf(kind) {
			if f.ID == c.id() {
				return ok(s.fieldJSON(kind, f, n)), nil
			}
		}
		return reply{}, refuse(http.StatusNotFound, "Custom field not found")
	}
}

// addFields is POST /api/v4/{leads|contacts}/custom_fields, for administrators.
func (s *Simulator) addFields(kind string) handler {
	return func(c *call) (reply, error) {
		items, err := c.many(s.knobs)
		if err != nil {
			return reply{}, err
		}
		known := s.fieldsOf(kind)
		var added []Field
		for _, i := range items {
			added = append(added, s.readField(i, append(slices.Clone(*known), added...)))
		}
		if err := invalid(items...); err != nil {
			return reply{}, err
		}
		var records []object
		for n, f := range added {
			record := s.fieldJSON(kind, f, len(*known)+n)
			record["request_id"] = items[n].requestID
			records = append(records, record)
		}
		*known = append(*known, added...)
		return reply{status: http.StatusCreated, body: object{
			"_total_items": len(records), "_embedded": object{"custom_fields": records},
		}}, nil
	}
}

func (s *Simulator) readField(i *item, known []Field) Field {
	f := Field{ID: s.world.nextID()}
	i.require("name", "type")
	f.Name, _ = i.text("name")
	f.Code, _ = i.text("code")
	f.APIOnly, _ = i.boolean("is_api_only")
	var sent bool
	if f.Type, sent = i.text("type"); sent && !slices.Contains(fieldTypes(), f.Type) {
		i.refuse(wrongChoice("type"))
	}
	if f.Code != "" && slices.ContainsFunc(known, func(other Field) bool { return other.Code == f.Code }) {
		i.refuse(wrongChoice("code"))
	}
	var enums []struct {
		Value string `json:"value"`
		Code  string `json:"code"`
	}
	i.read("enums", "array", &enums)
	for _, e := range enums {
		f.Enums = append(f.Enums, Enum{ID: s.world.nextID(), Value: e.Value, Code: e.Code})
	}
	return f
}

func (s *Simulator) fieldJSON(kind string, f Field, index int) object {
	var enums any
	if len(f.Enums) > 0 {
		var list []object
		for n, e := range f.Enums {
			list = append(list, object{"id": e.ID, "value": e.Value, "code": orNull(e.Code), "sort": n + 1})
		}
		enums = list
	}
	return object{
		"id": f.ID, "name": f.Name, "code": orNull(f.Code), "type": f.Type, "sort": 500 + 10*index,
		"is_api_only": f.APIOnly, "is_predefined": f.Code == "EMAIL" || f.Code == "PHONE" || f.Code == "POSITION",
		"is_deletable": true, "enums": enums, "entity_type": kind, "account_id": s.world.Account.ID, "group_id": nil,
		"required_statuses": []object{},
		"_links":            s.href(fmt.Sprintf("/api/v4/%s/custom_fields/%d", kind, f.ID)),
	}
}
