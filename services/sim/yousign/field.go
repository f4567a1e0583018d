package yousign

import (
	"encoding/json"
	"slices"
)

func (s *Simulator) listFields(c *call) (answer, error) {
	d, err := c.document()
	if err != nil {
		return answer{}, err
	}
	return ok(page(c.req.fieldViews(func(f *field) bool { return f.documentID == d.id }), nil))
}

func (s *Simulator) addField(c *call) (answer, error) {
	d, err := c.draftDocument()
	if err != nil {
		return answer{}, err
	}
	var all map[string]any
	if err := c.decode(s.shapes.field, &all); err != nil {
		return answer{}, err
	}
	owner, _ := all["signer_id"].(string) // read_only_text has none
	if owner != "" && c.req.signer(owner) == nil {
		return answer{}, invalidParam("signer_id", "This value is not valid.")
	}
	f, err := c.req.place(d, owner, all)
	if err != nil {
		return answer{}, err
	}
	return created(f.all)
}

func (s *Simulator) deleteField(c *call) (answer, error) {
	d, err := c.draftDocument()
	if err != nil {
		return answer{}, err
	}
	i := slices.IndexFunc(d.fields, func(f *field) bool { return f.id == c.PathValue("field") })
	if i < 0 {
		return answer{}, notFound()
	}
	d.fields = slices.Delete(d.fields, i, i+1)
	return noContent()
}

const maxFields = 500

// place puts a checked field onto a document for a signer.
func (r *request) place(d *document, owner string, all map[string]any) (*field, error) {
	if r.fieldCount() >= maxFields {
		return nil, invalidParam("fields", "This collection should contain 500 elements or less.")
	}
	f := &field{id: newID(), documentID: d.id, signerID: owner, all: all}
	f.kind, _ = all["type"].(string)
	f.reason, _ = all["reason"].(string)
	f.page = int(number(all["page"], 1))
	f.x, f.y = number(all["x"], 0), number(all["y"], 0)
	if d.scan != nil && f.page > len(d.scan.Pages) {
		return nil, invalidParam("page", "The page does not exist in the Document.")
	}
	if f.kind == "signature" {
		if d.nature != signable {
			return nil, invalidParam("type", "A signature field can only be placed on a signable document.")
		}
		f.width, f.height = number(all["width"], 85), number(all["height"], 37)
		all["width"], all["height"] = f.width, f.height
		if _, given := all["reason"]; !given {
			all["reason"] = nil // the vendor shows the key anyway
		}
		if all["display"] == nil {
			all["display"] = map[string]any{"layout": "minimal"}
		}
	}
	all["id"], all["document_id"] = f.id, d.id
	if owner != "" {
		all["signer_id"] = owner
	}
	d.fields = append(d.fields, f)
	return f, nil
}

func number(v any, instead float64) float64 {
	switch n := v.(type) {
	case float64:
		return n
	case json.Number:
		if f, err := n.Float64(); err == nil {
			return f
		}
	}
	return instead
}
