package kommo

import (
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"
)

// textLimit is how many characters the API takes in a text field, although the web page stores more.
const textLimit = 256

// fieldValues reads custom_fields_values. A field with null values is cleared: it is in the result with no value.
func (i *item) fieldValues(known []Field) values {
	var raw []struct {
		ID     *int              `json:"field_id"`
		Code   *string           `json:"field_code"`
		Values []json.RawMessage `json:"values"`
	}
	if !i.read("custom_fields_values", "array", &raw) {
		return nil
	}
	result := values{}
	for n, r := range raw {
		path := fmt.Sprintf("custom_fields_values.%d", n)
		f, found := findField(known, r.ID, r.Code)
		if !found {
			i.refuse(wrongChoice(path + ".field_id"))
			continue
		}
		result[f.ID] = nil
		for k, one := range r.Values {
			v, bad := f.parse(one, fmt.Sprintf("%s.values.%d", path, k))
			i.refuse(bad)
			result[f.ID] = append(result[f.ID], v)
		}
	}
	return result
}

func findField(known []Field, id *int, code *string) (Field, bool) {
	for _, f := range known {
		if id != nil && *id == f.ID || id == nil && code != nil && *code != "" && *code == f.Code {
			return f, true
		}
	}
	return Field{}, false
}

// parse reads one member of values and says what is wrong with it.
func (f Field) parse(raw json.RawMessage, path string) (value, *violation) {
	var in struct {
		Value    json.RawMessage `json:"value"`
		EnumID   int             `json:"enum_id"`
		EnumCode string          `json:"enum_code"`
	}
	if json.Unmarshal(raw, &in) != nil {
		return value{}, wrongType(path, "object")
	}
	switch f.Type {
	case "select", "radiobutton", "multiselect", "multitext":
		var label string
		if in.Value != nil && json.Unmarshal(in.Value, &label) != nil {
			return value{}, wrongType(path+".value", "string")
		}
		return f.choose(label, in.EnumID, in.EnumCode, path)
	}
	if in.Value == nil || string(in.Value) == "null" {
		return value{}, missing(path + ".value")
	}
	return f.scalar(in.Value, path+".value")
}

// choose finds the enum meant. A multitext value is free, and of the first kind when none is named.
func (f Field) choose(label string, id int, code, path string) (value, *violation) {
	free := f.Type == "multitext"
	for _, e := range f.Enums {
		named := id == 0 && code == ""
		switch {
		case id != 0 && id == e.ID, id == 0 && code != "" && code == e.Code, named && (free || label == e.Value):
			if free {
				if label == "" {
					return value{}, missing(path + ".value")
				}
				return value{value: label, enum: e}, nil
			}
			return value{value: e.Value, enum: e}, nil
		}
	}
	return value{}, wrongChoice(path + ".value")
}

func (f Field) scalar(raw json.RawMessage, path string) (value, *violation) {
	switch f.Type {
	case "checkbox":
		var b bool
		if json.Unmarshal(raw, &b) != nil {
			return value{}, wrongType(path, "bool")
		}
		return value{value: b}, nil
	case "date", "date_time", "birthday":
		at, valid := parseDate(raw)
		if !valid {
			return value{}, wrongType(path, "int")
		}
		return value{value: at}, nil
	case "numeric", "price", "monetary":
		var n json.Number // takes a number and a string that holds one
		if json.Unmarshal(raw, &n) != nil {
			return value{}, wrongType(path, "numeric")
		}
		return value{value: n.String()}, nil
	}
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return value{}, wrongType(path, "string")
	}
	if f.Type == "text" && utf8.RuneCountInString(s) > textLimit {
		return value{}, &violation{Code: tooLong, Path: path, Detail: "This value is too long."}
	}
	return value{value: s}, nil
}

// parseDate reads unix seconds, as a number or as a string of digits, or an RFC 3339 time.
func parseDate(raw json.RawMessage) (unix int64, valid bool) {
	var n json.Number
	if json.Unmarshal(raw, &n) == nil {
		at, err := n.Int64()
		return at, err == nil
	}
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return 0, false
	}
	at, err := time.Parse(time.RFC3339, s)
	return at.Unix(), err == nil
}
