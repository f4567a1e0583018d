package kommo

import "strconv"

// Field is a custom field of leads, or of contacts and companies.
type Field struct {
	ID      int
	Name    string
	Code    string // empty unless set through the API
	Type    string // text, textarea, url, numeric, checkbox, date, date_time, birthday, select, radiobutton, multiselect, multitext
	APIOnly bool   // users see it but cannot edit it
	Enums   []Enum
}

// Enum is an option of a choice field, or a kind (WORK, MOB) of a multitext field.
type Enum struct {
	ID    int
	Value string
	Code  string
}

// value is one value of a field. Choice and multitext values name their enum.
type value struct {
	value any // string, bool, json.Number or int64 (unix seconds)
	enum  Enum
}

// values are an entity's custom field values by field id.
type values map[int][]value

// apply replaces the fields that change names, drops those it has no value for and keeps the others.
func (v values) apply(change values) {
	for id, list := range change {
		if list == nil {
			delete(v, id)
		} else {
			v[id] = list
		}
	}
}

// json is custom_fields_values as it is read: null when no field is filled.
func (v values) json(known []Field) any {
	var list []object
	for _, f := range known {
		if len(v[f.ID]) == 0 {
			continue
		}
		var out []object
		for _, one := range v[f.ID] {
			o := object{"value": one.value}
			if one.enum.ID != 0 {
				o["enum_id"], o["enum_code"] = one.enum.ID, orNull(one.enum.Code)
			}
			out = append(out, o)
		}
		list = append(list, object{
			"field_id": f.ID, "field_name": f.Name, "field_code": orNull(f.Code), "field_type": f.Type, "values": out,
		})
	}
	if list == nil {
		return nil
	}
	return list
}

// string is the value as webhooks show it: everything is text there.
func (v value) string() string {
	switch x := v.value.(type) {
	case string:
		return x
	case bool:
		if x {
			return "1"
		}
		return "0"
	case int64:
		return strconv.FormatInt(x, 10)
	}
	return ""
}

func orNull[T comparable](v T) any {
	var zero T
	if v == zero {
		return nil
	}
	return v
}
