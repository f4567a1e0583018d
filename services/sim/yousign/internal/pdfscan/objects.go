package pdfscan

import (
	"bytes"
	"compress/zlib"
	"errors"
	"io"
	"regexp"
	"strconv"
)

const (
	maxObjects  = 200_000
	maxInflated = 24 << 20 // for all streams of one file together, read as often as they are
)

// objects is every object of a file, the last version of each.
type objects struct {
	byID    map[int]any
	streams map[int][]byte
	root    any
	locked  bool
	budget  int
}

var errTooMany = errors.New("pdfscan: too many objects")

// load finds the objects by looking for their headers rather than through the cross-reference, so that it
// reads tables, streams and incremental updates alike.
func load(pdf []byte) (*objects, error) {
	o := &objects{byID: map[int]any{}, streams: map[int][]byte{}, budget: maxInflated}
	header := regexp.MustCompile(`(\d{1,9})[ \r\n\t]+\d{1,5}[ \r\n\t]+obj\b|\btrailer\b`)
	for at := 0; at < len(pdf); {
		m := header.FindSubmatchIndex(pdf[at:])
		if m == nil {
			break
		}
		l := &lexer{b: pdf, p: at + m[1]}
		v, _ := l.next(0)
		if m[2] < 0 {
			o.trailer(v)
		} else {
			id, _ := strconv.Atoi(string(pdf[at+m[2] : at+m[3]])) // nine digits fit
			o.add(id, v, l)
		}
		if len(o.byID) > maxObjects {
			return nil, errTooMany
		}
		at = max(l.p, at+m[1])
	}
	return o, nil
}

func (o *objects) trailer(v any) {
	d, ok := v.(dict)
	if !ok {
		return
	}
	if r, ok := d["Root"]; ok {
		o.root = r
	}
	if _, ok := d["Encrypt"]; ok {
		o.locked = true
	}
}

func (o *objects) add(id int, v any, l *lexer) {
	o.byID[id] = v
	delete(o.streams, id)
	d, ok := v.(dict)
	if !ok {
		return
	}
	raw, ok := body(d, l)
	if !ok {
		return
	}
	o.streams[id] = raw
	switch d["Type"] {
	case name("XRef"):
		o.trailer(d)
	case name("ObjStm"):
		o.packed(d, o.inflate(id))
	}
}

// body returns the bytes of the stream that follows a dictionary and moves the lexer behind them.
func body(d dict, l *lexer) ([]byte, bool) {
	l.skip()
	if !bytes.HasPrefix(l.b[l.p:], []byte("stream")) {
		return nil, false
	}
	start := l.p + len("stream")
	if bytes.HasPrefix(l.b[start:], []byte("\r\n")) {
		start += 2
	} else {
		start = min(start+1, len(l.b))
	}
	if n, ok := d["Length"].(float64); ok && n >= 0 && n <= float64(len(l.b)-start) {
		end := start + int(n)
		tail := l.b[end:min(end+16, len(l.b))]
		if bytes.HasPrefix(bytes.TrimSpace(tail), []byte("endstream")) {
			l.p = end
			return l.b[start:end], true
		}
	}
	end := bytes.Index(l.b[start:], []byte("endstream"))
	if end < 0 {
		l.p = len(l.b) // no later stream can end either
		return nil, false
	}
	l.p = start + end
	return l.b[start:l.p], true
}

func (o *objects) packed(d dict, raw []byte) {
	first, n := o.number(d["First"]), o.number(d["N"])
	if first < 0 || first > float64(len(raw)) || n < 0 || n > maxObjects {
		return
	}
	index := &lexer{b: raw[:int(first)]}
	done := 0 // objects lie one behind the other; going back would read bytes again and again
	for range int(n) {
		id, ok := index.next(0)
		at, ok2 := index.next(0)
		i, isNumber := id.(float64)
		p, isOffset := at.(float64)
		if !ok || !ok2 || !isNumber || !isOffset || p < 0 || p+first > float64(len(raw)) || int(first+p) < done {
			return
		}
		l := &lexer{b: raw, p: int(first + p)}
		v, _ := l.next(0)
		done = l.p
		o.byID[int(i)] = v
		delete(o.streams, int(i))
	}
}

// inflate returns the decoded bytes of a stream; other filters than Flate yield nothing.
func (o *objects) inflate(id int) []byte {
	d, _ := o.byID[id].(dict)
	raw := o.streams[id]
	filter := o.get(d["Filter"])
	if l, ok := filter.(list); ok {
		if len(l) == 0 {
			filter = nil
		} else if len(l) == 1 {
			filter = o.get(l[0])
		}
	}
	if filter == nil {
		raw = raw[:min(len(raw), o.budget)]
		o.budget -= len(raw)
		return raw
	}
	if filter != name("FlateDecode") {
		return nil
	}
	z, err := zlib.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil
	}
	out, _ := io.ReadAll(io.LimitReader(z, int64(o.budget))) // a damaged tail leaves what came before
	o.budget -= len(out)
	return out
}

// get follows references.
func (o *objects) get(v any) any {
	for range maxDepth {
		r, ok := v.(ref)
		if !ok {
			return v
		}
		v = o.byID[int(r)]
	}
	return nil
}

func (o *objects) dict(v any) dict { d, _ := o.get(v).(dict); return d }

func (o *objects) list(v any) list { l, _ := o.get(v).(list); return l }

func (o *objects) number(v any) float64 {
	if f, ok := o.get(v).(float64); ok {
		return f
	}
	return -1
}
