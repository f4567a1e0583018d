package kommo

import (
	"encoding/json"
	"strconv"
	"strings"
)

// FieldValue is the content of one custom field of a lead or contact.
type FieldValue struct {
	FieldID int64
	// Code is empty unless set through the API; PHONE and EMAIL are Kommo's own.
	Code   string
	Name   string
	Type   string
	Values []Value
}

// Value is one of a field's values, as text: numbers and booleans as JSON writes them, files by their uuid.
type Value struct {
	Text   string
	EnumID int64
	// EnumCode is a multitext's kind, such as WORK.
	EnumCode string
}

// Text is the field's first value.
func (f FieldValue) Text() string {
	if len(f.Values) == 0 {
		return ""
	}
	return f.Values[0].Text
}

type fieldJSON struct {
	FieldID   int64       `json:"field_id"`
	FieldCode string      `json:"field_code"`
	FieldName string      `json:"field_name"`
	FieldType string      `json:"field_type"`
	Values    []valueJSON `json:"values"`
}

type valueJSON struct {
	Value    json.RawMessage `json:"value"`
	EnumID   int64           `json:"enum_id"`
	EnumCode string          `json:"enum_code"`
	// Enum is what older answers call the code; it may also be a number, which is of no use here.
	Enum json.RawMessage `json:"enum"`
}

// fieldValues decodes custom_fields_values, which is null when a card has none.
func fieldValues(fields []fieldJSON) []FieldValue {
	out := make([]FieldValue, 0, len(fields))
	for _, f := range fields {
		field := FieldValue{FieldID: f.FieldID, Code: f.FieldCode, Name: f.FieldName, Type: f.FieldType}
		for _, v := range f.Values {
			code := v.EnumCode
			if code == "" {
				code = quoted(v.Enum)
			}
			field.Values = append(field.Values, Value{Text: plain(v.Value), EnumID: v.EnumID, EnumCode: code})
		}
		out = append(out, field)
	}
	return out
}

// plain turns a JSON scalar into text, and a file into its uuid.
func plain(raw json.RawMessage) string {
	switch text := strings.TrimSpace(string(raw)); {
	case text == "" || text == "null" || text[0] == '[':
		return ""
	case text[0] == '"':
		return quoted(raw)
	case text[0] == '{':
		var file struct {
			UUID string `json:"file_uuid"`
		}
		// Another kind of object has no text to give.
		_ = json.Unmarshal(raw, &file)
		return file.UUID
	default:
		return text
	}
}

func quoted(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return ""
	}
	return text
}

// lookup finds a field by code or name, without regard to case, or by id; the zero value when there is none.
func lookup(fields []FieldValue, field string) FieldValue {
	id, _ := strconv.ParseInt(field, 10, 64)
	for _, f := range fields {
		if field != "" && (strings.EqualFold(f.Code, field) || strings.EqualFold(f.Name, field)) || id > 0 && f.FieldID == id {
			return f
		}
	}
	return FieldValue{}
}

// slug makes a key of a field's name: lower-case letters and digits, everything else one underscore.
func slug(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	return strings.Join(words, "_")
}
