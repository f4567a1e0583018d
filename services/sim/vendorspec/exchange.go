package vendorspec

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
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
	described *openapi3.Operation
	x         exchange
}

// judge holds the exchange against one generation; ok is false when it does not describe the call.
func (d *description) judge(x exchange) (v verdict, ok bool) {
	r := &http.Request{
		Method: x.method, URL: &url.URL{Path: x.path, RawQuery: x.query.Encode()}, Header: http.Header{"Content-Type": {x.media}},
		Body: io.NopCloser(bytes.NewReader(x.body)),
	}
	route, given, err := d.FindRoute(r)
	if err != nil {
		return verdict{}, false
	}
	v = verdict{operation: x.method + " " + route.Path, described: route.Operation, x: x}
	input := &openapi3filter.RequestValidationInput{
		Request: r, PathParams: given, QueryParams: x.query, Route: route, Options: d.options,
	}
	v.parameters(input)
	v.request(input)
	v.reply(input)
	return v, true
}

func (v *verdict) report(side string, k kind, at, format string, args ...any) {
	v.findings = append(v.findings, finding{side, k, at, fmt.Sprintf(format, args...)})
}

func (v *verdict) parameters(input *openapi3filter.RequestValidationInput) {
	for _, ref := range v.described.Parameters {
		p := ref.Value
		_, inPath := input.PathParams[p.Name]
		// The library reads of a deep object the properties that its schema names, and those of the filters have none.
		if p.In == "path" && inPath || p.In == "query" && p.Style != "deepObject" {
			err := openapi3filter.ValidateParameter(context.Background(), input, p)
			v.findings = append(v.findings, heard(request, p.In+"."+p.Name, err)...)
		}
	}
	for name := range input.QueryParams {
		outer, _, deep := strings.Cut(name, "[")
		p := v.described.Parameters.GetByInAndName("query", outer)
		if p == nil || deep != (p.Style == "deepObject") {
			v.report(request, unknownName, "query."+name, "it is not described")
		}
	}
}

func (v *verdict) request(input *openapi3filter.RequestValidationInput) {
	body := v.described.RequestBody
	switch {
	case body == nil && len(v.x.body) > 0:
		v.report(request, undescribed, "", "%d bytes", len(v.x.body))
	case body != nil && len(v.x.body) == 0 && body.Value.Required:
		v.report(request, noBody, "", "a body is required")
	case body != nil && len(v.x.body) > 0 && v.media(request, body.Value.Content, "", v.x.media, v.x.body):
		v.findings = append(v.findings, heard(request, "", openapi3filter.ValidateRequestBody(context.Background(), input, body.Value))...)
	}
}

func (v *verdict) reply(input *openapi3filter.RequestValidationInput) {
	status := strconv.Itoa(v.x.status)
	described := v.described.Responses.Status(v.x.status)
	media := v.x.header.Get("Content-Type")
	switch {
	case described == nil:
		v.report(reply, wrongStatus, status, "it is not described")
	case len(v.x.answer) == 0 && len(described.Value.Content) > 0:
		v.report(reply, noBody, "", "a body is described")
	case len(v.x.answer) > 0 && v.media(reply, described.Value.Content, status, media, v.x.answer):
		v.findings = append(v.findings, heard(reply, "", openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
			RequestValidationInput: input, Status: v.x.status, Header: v.x.header, Options: input.Options,
			Body: io.NopCloser(bytes.NewReader(v.x.answer)),
		}))...)
	}
}

// media tells whether a body of a content type is described and can be read further. place names the body itself.
func (v *verdict) media(side string, content openapi3.Content, place, media string, body []byte) bool {
	name, _, _ := strings.Cut(media, ";")
	switch {
	case len(content) == 0:
		v.report(side, undescribed, place, "a body of %s", media)
	case name == "" || content.Get(media) == nil:
		v.report(side, wrongMedia, name, "it is not described")
	case name == "application/json" && !json.Valid(body): // the library reads the first value alone
		v.report(side, unreadable, "", "it is no JSON value")
	case name == "application/pdf" && !bytes.HasPrefix(body, []byte("%PDF-")):
		v.report(side, unreadable, "", "it is no PDF")
	default:
		return openapi3filter.RegisteredBodyDecoder(name) != nil
	}
	return false
}

// names tells whether the place of a finding is described.
func (v *verdict) names(f finding) bool {
	at := strings.FieldsFunc(strings.ReplaceAll(f.at, "[]", ".[]"), func(r rune) bool { return r == '.' })
	content, media := openapi3.Content{}, v.x.media
	if len(at) > 0 && at[0] == "query" {
		return v.described.Parameters.GetByInAndName("query", strings.TrimPrefix(f.at, "query.")) != nil
	}
	if body := v.described.RequestBody; f.side == request && body != nil {
		content = body.Value.Content
	} else if response := v.described.Responses.Status(v.x.status); f.side == reply && response != nil {
		content, media = response.Value.Content, v.x.header.Get("Content-Type")
	}
	body := content.Get(media)
	return body != nil && body.Schema != nil && describes(body.Schema.Value, at)
}

// decode reads one JSON value; numbers are json.Number.
func decode(text []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	err := decoder.Decode(&value)
	return value, err
}
