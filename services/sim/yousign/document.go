package yousign

import (
	"slices"

	"github.com/countersign/countersign/services/sim/yousign/internal/schema"
)

const maxDocuments = 50

func (s *Simulator) listDocuments(c *call) (answer, error) {
	out := []map[string]any{}
	nature := c.URL.Query().Get("nature[eq]")
	if plain := c.URL.Query().Get("nature"); plain != "" {
		nature = plain
	}
	if nature != "" && nature != signable && nature != attachment {
		return answer{}, invalidParam("nature", `Value must be in ["attachment", "signable_document"].`)
	}
	for _, d := range c.req.documents {
		if nature == "" || d.nature == nature {
			out = append(out, d.view())
		}
	}
	return ok(out)
}

func (s *Simulator) addDocument(c *call) (answer, error) {
	if c.isSeal() {
		return answer{}, notFound() // there are no sealed documents here
	}
	d, u, err := s.receive(c)
	if err != nil {
		return answer{}, err
	}
	r := c.req
	if r.status != draft {
		return answer{}, wrongStatus(r.status)
	}
	if len(r.documents) >= maxDocuments {
		return answer{}, invalidParam("documents", "This collection should contain 50 elements or less.")
	}
	at, err := place(r.documents, u.InsertAfter, func(x *document) string { return x.id })
	if err != nil {
		return answer{}, err
	}
	r.documents = slices.Insert(r.documents, at, d)
	return created(d.view())
}

// place returns where a new element goes: behind the one with the id, else at the end.
func place[T any](list []T, after *string, id func(T) string) (int, error) {
	if after == nil || *after == "" {
		return len(list), nil
	}
	i := slices.IndexFunc(list, func(x T) bool { return id(x) == *after })
	if i < 0 {
		return 0, invalidParam("insert_after_id", "This value is not valid.")
	}
	return i + 1, nil
}

// document returns the document named in the path.
func (c *call) document() (*document, error) {
	if d := c.req.document(c.PathValue("document")); d != nil {
		return d, nil
	}
	return nil, notFound()
}

// draftDocument is the document named in the path of a call that only a draft allows.
func (c *call) draftDocument() (*document, error) {
	d, err := c.document()
	if err == nil && c.req.status != draft {
		err = wrongStatus(c.req.status)
	}
	return d, err
}

func (s *Simulator) readDocument(c *call) (answer, error) {
	d, err := c.document()
	if err != nil {
		return answer{}, err
	}
	return ok(d.view())
}

func (s *Simulator) patchDocument(c *call) (answer, error) {
	d, err := c.draftDocument()
	if err != nil {
		return answer{}, err
	}
	in := upload{Name: d.name, Nature: d.nature, Initials: d.initials}
	shape := schema.Open(schema.May("nature", schema.Enum(attachment, signable)), documentName(), initialsShape())
	if err := c.decode(shape, &in); err != nil {
		return answer{}, err
	}
	d.name, d.nature, d.initials = in.Name, in.Nature, in.Initials
	return ok(d.view())
}

func (s *Simulator) deleteDocument(c *call) (answer, error) {
	d, err := c.draftDocument()
	if err != nil {
		return answer{}, err
	}
	c.req.documents = slices.DeleteFunc(c.req.documents, func(x *document) bool { return x == d })
	return noContent()
}

// replaceDocument swaps the file and keeps id, nature and fields.
func (s *Simulator) replaceDocument(c *call) (answer, error) {
	d, err := c.draftDocument()
	if err != nil {
		return answer{}, err
	}
	f, err := c.readForm()
	if err != nil {
		return answer{}, err
	}
	f.values["nature"] = d.nature
	u, err := f.decode(s.shapes.upload)
	if err != nil {
		return answer{}, err
	}
	fresh, err := newDocument(f, u, c.now)
	if err != nil {
		return answer{}, err
	}
	if pages := len(fresh.scan.Pages); slices.ContainsFunc(d.fields, func(x *field) bool { return x.page > pages }) {
		return answer{}, refused("document.not_replaceable", "The new file has too few pages for the fields of the Document.")
	}
	d.name, d.original, d.scan, d.contentType = fresh.name, fresh.original, fresh.scan, fresh.contentType
	return created(d.view())
}
