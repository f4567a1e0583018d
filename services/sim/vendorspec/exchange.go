package vendorspec

import (
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const (
	request = "request"
	reply   = "answer"
)

// exchange is one request and its answer, read to their ends.
type exchange struct {
	method, path string // below the API's base
	query        url.Values
	media        string // the request's Content-Type
	body         []byte
	status       int
	header       http.Header
	answer       []byte
}

// verdict is what one generation says about an exchange.
type verdict struct {
	operation string
	findings  []finding
	described map[string]bool // "request " or "answer " and a place
}

// judge holds the exchange against one generation; ok is false when it does not describe the call.
func (d *description) judge(x exchange) (v verdict, ok bool) {
	op, ok := d.find(x.method, x.path)
	if !ok {
		return verdict{}, false
	}
	v = verdict{operation: x.method + " " + op.path, described: map[string]bool{}}
	for side, check := range map[string]func(*checker, operation, exchange){request: d.request, reply: d.reply} {
		c := &checker{library: d.library, side: side, described: map[string]bool{}}
		check(c, op, x)
		v.findings = append(v.findings, c.findings...)
		for place := range c.described {
			v.described[side+" "+place] = true
		}
	}
	return v, true
}

func (d *description) request(c *checker, op operation, x exchange) {
	for name, value := range op.given {
		if parameter, ok := d.parameters(op, "path")[name]; ok {
			d.parameter(c, parameter, value, "path."+name)
		}
	}
	d.query(c, op, x.query)
	holder, described := d.library.in(op.node, "requestBody")
	if len(x.body) == 0 {
		if described && holder.object["required"] == true {
			c.report(noBody, "", "a body is required")
		}
		return
	}
	if !described {
		c.report(undescribed, "", "%d bytes", len(x.body))
		return
	}
	d.body(c, holder, "", x.media, x.body)
}

func (d *description) query(c *checker, op operation, query url.Values) {
	described := d.parameters(op, "query")
	deep := map[string]object{}
	for name, values := range query {
		outer, inner, isDeep := strings.Cut(strings.TrimSuffix(name, "]"), "[")
		parameter, ok := described[outer]
		switch {
		case !ok || isDeep != (parameter.object["style"] == "deepObject"):
			c.report(unknownName, "query."+name, "it is not described")
		case isDeep:
			if deep[outer] == nil {
				deep[outer] = object{}
			}
			deep[outer][inner] = values[0]
		default:
			d.parameter(c, parameter, values[0], "query."+name)
		}
	}
	for name, parameter := range described {
		c.described["query."+name] = true
		if value, ok := deep[name]; ok {
			schema, _ := d.library.in(parameter, "schema")
			c.check(schema, value, "query."+name, false)
		}
		if parameter.object["required"] == true && !query.Has(name) && deep[name] == nil {
			c.report(missing, "query."+name, "it is not there")
		}
	}
}

func (d *description) parameter(c *checker, parameter node, text, at string) {
	schema, _ := d.library.in(parameter, "schema")
	c.check(schema, typed(schema, text), at, false)
}

// typed reads text as the type that a schema asks for, where it can be.
func typed(schema node, text string) any {
	for _, want := range types(schema) {
		if want == "integer" || want == "number" || want == "boolean" {
			if value, err := decode([]byte(text)); err == nil {
				return value
			}
		}
		if want == "array" {
			return []any{text}
		}
	}
	return text
}

func (d *description) reply(c *checker, op operation, x exchange) {
	holder, ok := d.library.in(op.node, "responses", strconv.Itoa(x.status))
	if !ok {
		c.report(wrongStatus, strconv.Itoa(x.status), "it is not described")
		return
	}
	c.described["status"] = true
	if len(x.answer) == 0 {
		if _, _, listed := d.content(holder, ""); listed {
			c.report(noBody, "", "a body is described")
		}
		return
	}
	d.body(c, holder, strconv.Itoa(x.status), x.header.Get("Content-Type"), x.answer)
}

// body holds a body against the schema that is described for its content type. place names the body itself.
func (d *description) body(c *checker, holder node, place, contentType string, body []byte) {
	media, parameters, err := mime.ParseMediaType(contentType)
	if err != nil {
		c.report(wrongMedia, contentType, "%v", err)
		return
	}
	schema, found, listed := d.content(holder, media)
	switch {
	case !listed:
		c.report(undescribed, place, "%d bytes of %s", len(body), media)
		return
	case !found:
		c.report(wrongMedia, media, "it is not described")
		return
	}
	c.described["body"] = true
	switch {
	case slices.Contains([]string{"application/json", "application/problem+json"}, media):
		value, err := decode(body)
		if err != nil {
			c.report(unreadable, "", "%v", err)
			return
		}
		c.check(schema, value, "", false)
	case media == "multipart/form-data", media == "application/x-www-form-urlencoded":
		form, err := d.form(schema, body, parameters["boundary"])
		if err != nil {
			c.report(unreadable, "", "%v", err)
			return
		}
		c.check(schema, form, "", false)
	case media == "application/pdf" && !strings.HasPrefix(string(body), "%PDF-"):
		c.report(unreadable, "", "it is no PDF")
	}
}
