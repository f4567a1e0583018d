package vendorspec

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/url"
	"strings"
)

// form reads a form as the object that its schema describes; a boundary makes it a multipart one. A name may come once,
// unless it ends in [].
func (d *description) form(schema node, body []byte, boundary string) (object, error) {
	values := url.Values{}
	if boundary == "" {
		parsed, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, err
		}
		values = parsed
	} else {
		parts := multipart.NewReader(bytes.NewReader(body), boundary)
		for {
			part, err := parts.NextPart()
			if err == io.EOF {
				break
			}
			if err != nil {
				return nil, err
			}
			content, err := io.ReadAll(part)
			if err != nil {
				return nil, err
			}
			values.Add(part.FormName(), string(content))
		}
	}
	form := object{}
	for name, given := range values {
		if list, ok := strings.CutSuffix(name, "[]"); ok {
			var items []any
			for _, item := range given {
				items = append(items, item)
			}
			form[list] = items
			continue
		}
		property, _ := d.library.in(schema, "properties", name)
		form[name] = typed(property, given[0])
	}
	return form, nil
}
