package yousign

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/countersign/countersign/services/sim/yousign/internal/pdfscan"
	"github.com/countersign/countersign/services/sim/yousign/internal/schema"
)

// form is a multipart body: its text parts as the JSON object they stand for, and the file.
type form struct {
	values   map[string]any
	file     []byte
	fileName string
	hasFile  bool
}

// readForm reads the parts of an upload. Unknown parts are kept out.
func (c *call) readForm() (*form, error) {
	media, params, err := mime.ParseMediaType(c.Header.Get("Content-Type"))
	if err != nil || media != "multipart/form-data" || params["boundary"] == "" {
		return nil, unsupportedMedia()
	}
	f := &form{values: map[string]any{}}
	parts := multipart.NewReader(bytes.NewReader(c.body), params["boundary"])
	for n := 0; n < 200; n++ {
		p, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return f, nil
		}
		if err != nil {
			break
		}
		if err := f.add(p); err != nil {
			return nil, err
		}
	}
	return nil, refused(about, "The multipart body is not valid.")
}

func (f *form) add(p *multipart.Part) error {
	b, err := io.ReadAll(p)
	if err != nil {
		return refused(about, "The multipart body is not valid.")
	}
	name, sub, _ := strings.Cut(p.FormName(), "[")
	switch {
	case name == "file":
		f.file, f.fileName, f.hasFile = b, p.FileName(), p.FileName() != ""
	case name == "excluded_signers", name == "excluded_approvers":
	case sub != "":
		o, _ := f.values[name].(map[string]any)
		if o == nil {
			o = map[string]any{}
			f.values[name] = o
		}
		o[strings.TrimSuffix(sub, "]")] = text(string(b))
	default:
		f.values[name] = text(string(b))
	}
	return nil
}

// text turns a part into the JSON value it stands for: forms carry only strings.
func text(s string) any {
	if s == "true" || s == "false" {
		return s == "true"
	}
	if _, err := strconv.ParseInt(s, 10, 64); err == nil {
		return json.Number(s)
	}
	return s
}

// upload is what an accepted form says about a document.
type upload struct {
	Nature      string          `json:"nature"`
	Name        string          `json:"name"`
	Password    string          `json:"password"`
	Anchors     bool            `json:"parse_anchors"`
	Initials    json.RawMessage `json:"initials"`
	InsertAfter *string         `json:"insert_after_id"`
}

func uploadShape() schema.Rule {
	return schema.Open(schema.Must("nature", schema.Enum(attachment, signable)), documentName(),
		schema.Null("parse_anchors", schema.Bool()), schema.Null("insert_after_id", schema.UUID()), initialsShape())
}

func documentName() schema.Field {
	return schema.May("name", schema.Match(128, `[^\s/\\](?:[^/\\]*[^\s/\\])?`))
}

func initialsShape() schema.Field {
	return schema.Null("initials", schema.Open(
		schema.Must("alignment", schema.Enum("left", "right", "center", "top-left", "top-right", "top-center",
			"bottom-left", "bottom-right", "bottom-center")),
		schema.Must("y", schema.Int(0, 32767))))
}

// decodeForm checks an upload against a shape and returns what it says beside the file.
func (f *form) decode(shape schema.Rule) (*upload, error) {
	for _, name := range []string{"name", "password"} { // these stay strings whatever they look like
		switch v := f.values[name].(type) {
		case bool:
			f.values[name] = strconv.FormatBool(v)
		case json.Number:
			f.values[name] = v.String()
		}
	}
	invalid := shape("", f.values)
	if !f.hasFile || len(f.file) == 0 {
		invalid = append(invalid, schema.Invalid{Name: "file", Reason: schema.Blank})
	}
	if len(invalid) > 0 {
		return nil, invalidParams(invalid...)
	}
	raw, err := json.Marshal(f.values)
	if err != nil {
		return nil, err
	}
	var u upload
	return &u, json.Unmarshal(raw, &u)
}

// newDocument checks the bytes and makes a document of them. What is no PDF is converted: the simulator's
// conversion is a page that says so.
func newDocument(f *form, u *upload, now time.Time) (*document, error) {
	d := &document{id: newID(), name: u.Name, nature: u.Nature, created: now, anchors: u.Anchors, initials: u.Initials}
	if d.name == "" {
		d.name = f.fileName
	}
	if len(f.file) > maxFile {
		return nil, invalidParam("file", "The file is too large. Allowed maximum size is 50 MB.")
	}
	d.original = f.file
	d.contentType = "application/pdf"
	switch kind := sniff(f.file); {
	case kind == "pdf":
	case kind == "docx", kind == "image" && u.Nature == attachment:
		d.original = plainPDF("Converted by the Yousign simulator", d.name)
	default:
		return nil, invalidParam("file", "The mime type of the file is invalid.")
	}
	return d, d.read(u.Password)
}

// sniff tells the kinds of files the vendor takes apart by their first bytes.
func sniff(b []byte) string {
	switch {
	case bytes.Contains(b[:min(len(b), 1024)], []byte("%PDF-")):
		return "pdf"
	case bytes.HasPrefix(b, []byte("PK\x03\x04")):
		return "docx"
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n")), bytes.HasPrefix(b, []byte("\xff\xd8\xff")):
		return "image"
	}
	return ""
}

// read analyses the PDF.
func (d *document) read(password string) error {
	var err error
	if d.scan, err = pdfscan.Read(d.original, d.anchors); err != nil {
		return refused("document.analyze_error", "The Document cannot be analyzed.")
	}
	switch {
	case d.scan.Locked && password == "":
		return refused("document.locked", "The Document is protected by a password.")
	case d.scan.Locked: // the simulator has no decryption
		return refused("document.analyze_error", "The Document cannot be analyzed.")
	case d.nature == signable && d.scan.Signed && d.scan.Version < "1.6":
		return refused("document.analyze_error", "An already signed Document must have PDF version 1.6 or later.")
	}
	return nil
}

// isSeal reports whether the body is the JSON form that names a sealed document instead of sending a file.
func (c *call) isSeal() bool {
	var form struct {
		ID *string `json:"electronic_seal_document_id"`
	}
	return c.media == "application/json" && json.Unmarshal(c.body, &form) == nil && form.ID != nil
}

// addOrphan answers the deprecated POST /documents.
func (s *Simulator) addOrphan(c *call) (answer, error) {
	d, _, err := s.receive(c)
	if err != nil {
		return answer{}, err
	}
	s.orphans = append(s.orphans, d)
	return answer{status: http.StatusCreated, value: d.view()}, nil
}

func (s *Simulator) receive(c *call) (*document, *upload, error) {
	f, err := c.readForm()
	if err != nil {
		return nil, nil, err
	}
	u, err := f.decode(s.shapes.upload)
	if err != nil {
		return nil, nil, err
	}
	d, err := newDocument(f, u, c.now)
	return d, u, err
}
