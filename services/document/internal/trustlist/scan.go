package trustlist

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
)

// Bounds on one file. The largest list of 2025 has about 6 MB; the largest published ones have fewer than 100,000 elements,
// a depth below 20 and a dozen prefixes.
const (
	maxBytes      = 32 << 20
	maxElements   = 500_000
	maxDepth      = 64
	maxAttributes = 32
	maxPrefixes   = 64
	maxComments   = 4096
)

// scanner holds a file against the bounds before anything builds a tree of it.
type scanner struct {
	depth, roots, elements, comments int
	ids                              map[string]bool
	prefixes                         map[string]bool
}

// scan refuses what is no XML, what is no plain XML, and what is too much. It reads the file once and keeps little of it.
func scan(raw []byte) error {
	if len(raw) > maxBytes {
		return errTooLarge
	}
	s := scanner{ids: map[string]bool{}, prefixes: map[string]bool{}}
	d := xml.NewDecoder(bytes.NewReader(raw)) // strict: no entities but the five of XML, no encoding but UTF-8
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return errMalformed
		}
		if err := s.token(token); err != nil {
			return err
		}
	}
	if s.roots != 1 || s.depth != 0 {
		return errMalformed
	}
	return nil
}

func (s *scanner) token(token xml.Token) error {
	switch t := token.(type) {
	case xml.StartElement:
		return s.start(t)
	case xml.EndElement:
		s.depth--
	case xml.CharData:
		if s.depth == 0 && len(bytes.TrimSpace(bytes.TrimPrefix(t, []byte("\ufeff")))) > 0 {
			return errMalformed
		}
	case xml.Comment:
		if s.comments++; s.comments > maxComments {
			return errTooLarge
		}
	case xml.Directive:
		return errDTD
	}
	return nil
}

func (s *scanner) start(t xml.StartElement) error {
	if s.depth == 0 {
		s.roots++
	}
	s.depth++
	s.elements++
	if s.depth > maxDepth || s.elements > maxElements || len(t.Attr) > maxAttributes {
		return errTooLarge
	}
	for i, a := range t.Attr {
		for _, b := range t.Attr[:i] {
			if a.Name == b.Name {
				return errAmbiguous
			}
		}
		switch {
		case a.Name.Space == "xmlns":
			s.prefixes[a.Name.Local] = true
		case a.Name.Local == "Id", a.Name.Local == "ID", a.Name.Local == "id" && a.Name.Space != "":
			if s.ids[a.Value] {
				return errAmbiguous
			}
			s.ids[a.Value] = true
		}
	}
	if len(s.prefixes) > maxPrefixes {
		return errTooLarge
	}
	return nil
}
