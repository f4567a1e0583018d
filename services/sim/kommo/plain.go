package kommo

import (
	"encoding/json"
	"strconv"
	"strings"
)

// plain reads a control call about a lead or contact and turns its short forms into what the API takes: "fields" by
// id, code or name, "email" and "phone" into custom_fields_values, "stage" by name into status_id, "contact_ids" and
// "company_ids" into _embedded.
func (s *Simulator) plain(c *call, known []Field) (*item, error) {
	i, err := c.one()
	if err != nil {
		return nil, err
	}
	if user, sent := i.integer("user_id"); sent {
		c.actor = user
	}
	var named map[string]json.RawMessage
	i.read("fields", "object", &named)
	list := []object{}
	for key, raw := range named {
		list = append(list, plainField(i, known, key, raw))
	}
	for key, code := range map[string]string{"email": "EMAIL", "phone": "PHONE"} {
		if text, sent := i.text(key); sent {
			list = append(list, object{"field_code": code, "values": []object{{"value": text}}})
		}
	}
	if len(list) > 0 {
		i.set("custom_fields_values", list)
	}
	s.plainStage(i)
	if i.has("contact_ids") || i.has("company_ids") {
		i.set("_embedded", object{"contacts": idObjects(i, "contact_ids"), "companies": idObjects(i, "company_ids")})
	}
	return i, invalid(i)
}

// set replaces a key of the item.
func (i *item) set(key string, v any) {
	i.fields[key], _ = json.Marshal(v) // made of JSON's own types
}

// plainField is one custom field by id, code or name with a value or a list of values.
func plainField(i *item, known []Field, key string, raw json.RawMessage) object {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		list = []json.RawMessage{raw}
	}
	var out []object // nil, which clears the field, for null
	for _, one := range list {
		if string(one) != "null" {
			out = append(out, object{"value": one})
		}
	}
	for _, f := range known {
		if key == strconv.Itoa(f.ID) || key == f.Code || strings.EqualFold(key, f.Name) {
			return object{"field_id": f.ID, "values": out}
		}
	}
	i.refuse(wrongChoice("fields." + key))
	return nil
}

func (s *Simulator) plainStage(i *item) {
	name, sent := i.text("stage")
	if !sent {
		return
	}
	wanted, inPipeline := i.integer("pipeline_id")
	for _, p := range s.world.Pipelines {
		if st, found := p.stage(0, name); found && (!inPipeline || wanted == p.ID) {
			i.set("status_id", st.ID)
			i.set("pipeline_id", p.ID)
			return
		}
	}
	i.refuse(wrongChoice("stage"))
}

func idObjects(i *item, key string) []object {
	var ids []int
	i.read(key, "array", &ids)
	list := []object{}
	for _, id := range ids {
		list = append(list, object{"id": id})
	}
	return list
}
