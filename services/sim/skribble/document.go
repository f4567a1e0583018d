package skribble

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// cascade is how long the vendor still refuses to delete the documents of a request that was removed, simulated.
const cascade = 5 * time.Second

// document is the vendor's object: one immutable version of a PDF.
type document struct {
	ID          string      `json:"id"`
	ParentID    string      `json:"parent_id,omitempty"` // the version before
	Title       string      `json:"title"`
	ContentType string      `json:"content_type"`
	Size        int         `json:"size"`
	PageCount   int         `json:"page_count"`
	PageWidth   int         `json:"page_width"`
	PageHeight  int         `json:"page_height"`
	Fields      []formField `json:"signature_fields,omitempty"`
	Owner       string      `json:"owner"`
	ReadAccess  []string    `json:"read_access"`
	WriteAccess []string    `json:"write_access"`
	CreatedAt   stamp       `json:"created_at"`
	UpdatedAt   stamp       `json:"updated_at"`

	content  []byte
	height   float64 // of a page, unrounded
	rendered map[int]bool
	leaving  bool // its request was removed, it follows
}

type formField struct {
	Name      string     `json:"name"`
	Signed    bool       `json:"signed"`
	Positions []position `json:"positions"`
}

// source is the document part of a create call; exactly one of the three.
type source struct {
	Content     *string `json:"content"`
	ContentType *string `json:"content_type"`
	FileURL     *string `json:"file_url"`
	DocumentID  *string `json:"document_id"`
}

type documentInput struct {
	Title       *string  `json:"title"`
	Content     *string  `json:"content"`
	ContentType *string  `json:"content_type"`
	FileURL     *string  `json:"file_url"`
	ReadAccess  []string `json:"read_access"`
	WriteAccess []string `json:"write_access"`
}

func (s *Simulator) createDocument(c *call) (answer, error) {
	in, err := decode[documentInput](s, c)
	if err != nil {
		return answer{}, err
	}
	if err := checkTitle(in.Title); err != nil {
		return answer{}, err
	}
	if in.Content == nil && in.FileURL == nil {
		return answer{}, problem{
			status: http.StatusBadRequest, message: "Neither 'content' nor 'file_url' provided", text: true,
		}
	}
	pdf, err := s.readSource(source{Content: in.Content, ContentType: in.ContentType, FileURL: in.FileURL})
	if err != nil {
		return answer{}, err
	}
	d, err := s.store(*in.Title, c.user, pdf)
	if err != nil {
		return answer{}, err
	}
	d.ReadAccess = merge(d.ReadAccess, in.ReadAccess)
	d.WriteAccess = merge(d.WriteAccess, in.WriteAccess)
	return jsonAnswer(d)
}

// readSource returns the bytes of a PDF that came with the call.
func (s *Simulator) readSource(in source) ([]byte, error) {
	switch {
	case in.Content != nil && in.FileURL != nil:
		return nil, invalid("content and file_url must not be used together")
	case in.FileURL != nil:
		if u, err := url.Parse(*in.FileURL); err != nil || u.Scheme != "https" || u.Host == "" {
			return nil, invalid("file_url must be a public HTTPS URL")
		}
		return nil, refuse(http.StatusBadRequest, "The file could not be downloaded from file_url")
	case in.ContentType != nil && !strings.EqualFold(*in.ContentType, "application/pdf"):
		return nil, malformed()
	}
	return decodeContent(*in.Content, s.cfg.MaxDocument)
}

// decodeContent reads base64 as strictly as the vendor's pattern: standard alphabet, padded, no line breaks.
func decodeContent(text string, limit int) ([]byte, error) {
	raw, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || strings.ContainsAny(text, "\r\n") {
		return nil, malformed()
	}
	if len(raw) > limit {
		return nil, problem{
			status: http.StatusRequestEntityTooLarge, kind: kindLimit, message: "The file exceeds the maximum size",
		}
	}
	return raw, nil
}

// store keeps an uploaded PDF and starts its retention.
func (s *Simulator) store(title, user string, pdf []byte) (*document, error) {
	facts, err := inspect(pdf)
	if err != nil {
		return nil, err
	}
	d := &document{
		ID: newID(), Title: title, ContentType: "application/pdf", Size: len(pdf), content: pdf,
		PageCount: facts.pages, PageWidth: int(facts.width + 0.5), PageHeight: int(facts.height + 0.5),
		height: facts.height, Owner: user, ReadAccess: []string{user}, WriteAccess: []string{user},
		CreatedAt: s.now(), UpdatedAt: s.now(), rendered: map[int]bool{},
	}
	for _, name := range facts.fields {
		d.Fields = append(d.Fields, formField{Name: name, Positions: []position{}})
	}
	s.documents[d.ID] = d
	s.uploads = append(s.uploads, d.ID)
	if days := s.settings.RetentionDays; days > 0 {
		s.later(time.Duration(days)*24*time.Hour, func() { s.purgeUpload(d.ID) })
	}
	return d, nil
}

// addVersion keeps the next version of a document, made by a signature.
func (s *Simulator) addVersion(parent *document, pdf []byte, signedField string) *document {
	d := *parent
	d.ID, d.ParentID, d.content, d.Size = newID(), parent.ID, pdf, len(pdf)
	d.CreatedAt, d.UpdatedAt, d.rendered = s.now(), s.now(), map[int]bool{}
	d.Fields = slices.Clone(parent.Fields)
	i := slices.IndexFunc(d.Fields, func(f formField) bool { return f.Name == signedField })
	if i < 0 {
		d.Fields = append(d.Fields, formField{Name: signedField, Positions: []position{}})
		i = len(d.Fields) - 1
	}
	d.Fields[i].Signed = true
	s.documents[d.ID] = &d
	s.uploads = append(s.uploads, d.ID)
	return &d
}

// document finds the one a call is about, for those who may read it.
func (s *Simulator) document(c *call) (*document, error) {
	return s.readable(c.r.PathValue("id"), c.user)
}

func (s *Simulator) readable(id, user string) (*document, error) {
	d := s.documents[id]
	if d == nil || !slices.Contains(d.ReadAccess, user) {
		return nil, notFound("Document")
	}
	return d, nil
}

func (s *Simulator) showDocument(c *call) (answer, error) {
	d, err := s.document(c)
	if err != nil {
		return answer{}, err
	}
	return jsonAnswer(d)
}

func (s *Simulator) listDocuments(c *call) (answer, error) {
	list := []*document{}
	for _, id := range slices.Backward(s.uploads) {
		if d, err := s.readable(id, c.user); err == nil {
			list = append(list, d)
		}
	}
	return jsonAnswer(list)
}

func (s *Simulator) deleteDocument(c *call) (answer, error) {
	d, err := s.document(c)
	if err != nil {
		return answer{}, err
	}
	if d.leaving || s.inUse(d.ID) {
		return answer{}, refuse(http.StatusForbidden, "Document is in use by a signature request")
	}
	s.removeDocument(d.ID)
	return s.deleted(), nil
}

func (s *Simulator) removeDocument(id string) {
	delete(s.documents, id)
	s.uploads = slices.DeleteFunc(s.uploads, func(u string) bool { return u == id })
}

// deleted is the empty answer to DELETE.
func (s *Simulator) deleted() answer {
	if s.settings.DeleteOK {
		return answer{status: http.StatusOK}
	}
	return answer{status: http.StatusNoContent}
}
