package pdfscan

import (
	"regexp"
	"strconv"
	"strings"
)

// Anchor is a smart anchor: {{s1|signature|85|37}} written on a page.
type Anchor struct {
	// Signer counts from 1 in the order of the request's signers.
	Signer int
	// Type is the field's type as written, for example signature.
	Type string
	// Box is where the text starts, with the size the anchor asks for, zero when it names none.
	Box Box
}

const (
	maxAnchors     = 500
	maxAnchorPages = 150 // the vendor's limit for files with anchors
)

// matrix is a PDF transformation, six numbers.
type matrix [6]float64

func (m matrix) times(n matrix) matrix {
	return matrix{
		m[0]*n[0] + m[1]*n[2], m[0]*n[1] + m[1]*n[3],
		m[2]*n[0] + m[3]*n[2], m[2]*n[1] + m[3]*n[3],
		m[4]*n[0] + m[5]*n[2] + n[4], m[4]*n[1] + m[5]*n[3] + n[5],
	}
}

// writer follows where a page's content writes its text.
type writer struct {
	ctm, line matrix
	stack     []matrix
	leading   float64
	shown     func(string, matrix)
}

// anchors collects the anchors of the page last added. It reads the bytes of strings as characters, which is
// what the standard fonts do; text in subset fonts with their own codes is not recognised.
func (s *scan) anchors(contents any) {
	parts := s.o.list(contents)
	if parts == nil {
		parts = list{contents}
	}
	var all []byte
	for _, p := range parts {
		if id, ok := p.(ref); ok {
			all = append(append(all, s.o.inflate(int(id))...), '\n')
		}
	}
	page := len(s.d.Pages)
	re := regexp.MustCompile(`\{\{\s*s(\d{1,3})\s*\|\s*(\w+)((?:\|[^|{}]*)*)\}\}`)
	unit := matrix{1, 0, 0, 1, 0, 0}
	w := &writer{ctm: unit, line: unit, shown: func(t string, m matrix) {
		for _, found := range re.FindAllStringSubmatch(t, -1) {
			if len(s.d.Anchors) < maxAnchors {
				s.d.Anchors = append(s.d.Anchors, s.anchor(found, page, m))
			}
		}
	}}
	w.run(all)
}

func (s *scan) anchor(found []string, page int, m matrix) Anchor {
	p := s.d.Pages[page-1]
	n, _ := strconv.Atoi(found[1]) // three digits
	a := Anchor{Signer: n, Type: found[2], Box: Box{Page: page, X: m[4] - p.Left, Y: p.Bottom + p.Height - m[5]}}
	if args := strings.Split(strings.TrimPrefix(found[3], "|"), "|"); a.Type == "signature" && len(args) >= 2 {
		a.Box.Width, _ = strconv.ParseFloat(strings.TrimSpace(args[0]), 64) // zero stands for the default
		a.Box.Height, _ = strconv.ParseFloat(strings.TrimSpace(args[1]), 64)
	}
	return a
}

func (w *writer) run(content []byte) {
	l := &lexer{b: content}
	var args list
	for {
		v, ok := l.next(0)
		if !ok {
			return
		}
		op, isOperator := v.(word)
		if !isOperator {
			args = append(args, v)
			continue
		}
		w.do(string(op), args)
		args = args[:0]
	}
}

func (w *writer) do(op string, args list) {
	n := numbers(args)
	switch {
	case op == "q" && len(w.stack) < maxDepth:
		w.stack = append(w.stack, w.ctm)
	case op == "Q" && len(w.stack) > 0:
		w.ctm = w.stack[len(w.stack)-1]
		w.stack = w.stack[:len(w.stack)-1]
	case op == "cm" && len(n) == 6:
		w.ctm = matrix(n).times(w.ctm)
	case op == "BT":
		w.line = matrix{1, 0, 0, 1, 0, 0}
	case op == "Tm" && len(n) == 6:
		w.line = matrix(n)
	case op == "TL" && len(n) == 1:
		w.leading = n[0]
	case op == "Td" && len(n) == 2, op == "TD" && len(n) == 2:
		if op == "TD" {
			w.leading = -n[1]
		}
		w.move(n[0], n[1])
	case op == "T*":
		w.move(0, -w.leading)
	case op == "'" || op == `"`:
		w.move(0, -w.leading)
		w.show(args)
	case op == "Tj" || op == "TJ":
		w.show(args)
	}
}

func (w *writer) move(x, y float64) { w.line = matrix{1, 0, 0, 1, x, y}.times(w.line) }

func (w *writer) show(args list) {
	if len(args) == 0 {
		return
	}
	var b strings.Builder
	switch t := args[len(args)-1].(type) {
	case text:
		b.WriteString(string(t))
	case list:
		for _, v := range t {
			if part, ok := v.(text); ok {
				b.WriteString(string(part))
			}
		}
	}
	w.shown(b.String(), w.line.times(w.ctm))
}

// numbers returns the arguments when all of them are numbers.
func numbers(args list) []float64 {
	out := make([]float64, 0, len(args))
	for _, v := range args {
		f, ok := v.(float64)
		if !ok {
			return nil
		}
		out = append(out, f)
	}
	return out
}
