package evidence

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"time"
)

// The names of the parts, in their order.
const (
	Readme     = "README.txt"
	Sent       = "sent.pdf"
	Signed     = "signed.pdf"
	AuditTrail = "audit-trail.pdf"
	Events     = "events.jsonl"
	Proof      = "proof.json"
	Template   = "template.json"
	Manifest   = "manifest.json"
)

// MaxBytes is the size of the largest package: three PDFs of 64 MiB and what goes with them.
const MaxBytes = 200 << 20

var (
	// ErrIncomplete means that a part is missing that every package has.
	ErrIncomplete = errors.New("a part of the evidence package is missing")
	// ErrTooLarge means that the package would be larger than MaxBytes.
	ErrTooLarge = errors.New("the evidence package is larger than 200 MiB")
)

// Contents are what a package is made of.
type Contents struct {
	// Subject is the caller's name of what is proven.
	Subject string
	// Created is the time of the newest thing in it, not of the clock: the same contents make the same bytes.
	Created time.Time
	// Sent and Signed are PDFs; so is AuditTrail, nil when there is none.
	Sent, Signed, AuditTrail []byte
	// Events are what happened, in order.
	Events []Event
	// Proof is the kept proof, which is written as JSON.
	Proof any
	// Origin says what the sent PDF was rendered from; nil when it was not rendered.
	Origin *Origin
}

// Event is something that happened, one line of events.jsonl.
type Event struct {
	Time       time.Time         `json:"time"`
	Type       string            `json:"type"`
	Attributes map[string]string `json:"attributes,omitempty"`
}

// Origin is what a PDF was rendered from: template.json.
type Origin struct {
	// Template is "{id}@{version}".
	Template string `json:"template"`
	// Language is ISO 639-1.
	Language string `json:"language"`
	// ValuesSHA256 is of the values, 64 lower-case hexadecimal digits.
	ValuesSHA256 string `json:"values_sha256"`
}

// Build makes the package.
func Build(c Contents) ([]byte, error) {
	parts, err := c.parts()
	if err != nil {
		return nil, err
	}
	manifest, err := encode(manifestOf(c.Subject, c.Created, parts))
	if err != nil {
		return nil, err
	}
	parts = append(parts, part{Manifest, manifest})
	size := sizeOf(parts)
	if size > MaxBytes {
		return nil, ErrTooLarge
	}
	var out bytes.Buffer
	out.Grow(size)
	err = write(&out, parts)
	return out.Bytes(), err
}

// parts are all but the manifest, in their order.
func (c Contents) parts() ([]part, error) {
	if len(c.Sent) == 0 || len(c.Signed) == 0 || c.Proof == nil {
		return nil, ErrIncomplete
	}
	events, err := lines(c.Events)
	if err != nil {
		return nil, err
	}
	proof, err := encode(c.Proof)
	if err != nil {
		return nil, err
	}
	parts := []part{{Readme, []byte(readme)}, {Sent, c.Sent}, {Signed, c.Signed}, {Events, events}, {Proof, proof}}
	if len(c.AuditTrail) > 0 {
		parts = append(parts, part{AuditTrail, c.AuditTrail})
	}
	if c.Origin != nil {
		origin, err := encode(c.Origin)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part{Template, origin})
	}
	return ordered(parts), nil
}

// lines writes a JSON object per event and line, with the keys in a fixed order.
func lines(events []Event) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	for _, e := range events {
		e.Time = e.Time.UTC()
		if err := encoder.Encode(e); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}

// encode writes JSON for people and programs, always the same.
func encode(v any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(v)
	return out.Bytes(), err
}

// part is one file in a package.
type part struct {
	name    string
	content []byte
}

// ordered returns the parts in the order of a package.
func ordered(parts []part) []part {
	order := names()
	return slices.SortedStableFunc(slices.Values(parts), func(a, b part) int {
		return slices.Index(order, a.name) - slices.Index(order, b.name)
	})
}

// names are all there are, in their order.
func names() []string {
	return []string{Readme, Sent, Signed, AuditTrail, Events, Proof, Template, Manifest}
}

// optional tells the parts that not every package has.
func optional(name string) bool { return name == AuditTrail || name == Template }

func mediaType(name string) string {
	switch name {
	case Readme:
		return "text/plain; charset=utf-8"
	case Events:
		return "application/jsonl"
	case Proof, Template, Manifest:
		return "application/json"
	}
	return "application/pdf"
}
