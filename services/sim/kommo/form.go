package kommo

import (
	"fmt"
	"net/url"
	"strings"
)

// form is the body of a webhook under construction: PHP's bracket keys, percent-encoded, in order, every value text.
type form struct {
	text strings.Builder
}

// prefix is a place in the tree of keys, like leads[status][0].
type prefix struct {
	form *form
	key  string
}

func (f *form) at(root string, keys ...any) prefix {
	return prefix{form: f, key: root}.at(keys...)
}

func (p prefix) at(keys ...any) prefix {
	for _, k := range keys {
		p.key += fmt.Sprintf("[%v]", k)
	}
	return p
}

// set adds one key below the place.
func (p prefix) set(key string, v any) {
	p.at(key).put(v)
}

// put adds a value at the place itself.
func (p prefix) put(v any) {
	if p.form.text.Len() > 0 {
		p.form.text.WriteByte('&')
	}
	p.form.text.WriteString(url.QueryEscape(p.key) + "=" + url.QueryEscape(fmt.Sprint(v)))
}

// fields adds custom_fields, with the shapes that differ from one type to the next.
func (p prefix) fields(known []Field, all values) {
	index := 0
	for _, f := range known {
		list := all[f.ID]
		if len(list) == 0 {
			continue
		}
		at := p.at("custom_fields", index)
		index++
		at.set("id", f.ID)
		at.set("name", f.Name)
		for n, v := range list {
			switch f.Type {
			case "date", "date_time", "birthday":
				at.at("values", n).put(v.string()) // no [value]
			case "radiobutton":
				at.at("values").value(v) // one object, not a list
			default:
				at.at("values", n).value(v)
			}
		}
		if f.Code != "" {
			at.set("code", f.Code)
		}
	}
}

func (p prefix) value(v value) {
	p.set("value", v.string())
	if v.enum.ID != 0 {
		p.set("enum", v.enum.ID)
	}
}
