// Package pdf reads just enough of a PDF file to sign it, and writes changes to it as an incremental update.
//
// It reads the files of common writers: classic cross-reference tables, cross-reference streams, files that have both,
// and object streams. Every size, depth and count that a file states is bounded, and what does not fit the
// specification is refused rather than repaired, because a repaired file could be shown differently by another reader.
package pdf

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// The reasons for which a file is refused. Errors that wrap ErrMalformed say what was wrong and quote nothing of the
// file.
var (
	ErrMalformed = errors.New("malformed PDF")
	ErrEncrypted = errors.New("encrypted PDF")
)

func malformed(what string) error {
	return fmt.Errorf("%w: %s", ErrMalformed, what)
}

// Object is a PDF object: nil (null), bool, int64, float64, Name, String, Array, Dict, Ref, *Stream or, when writing,
// Raw.
type Object any

// Name is a name without its slash and with its escapes resolved.
type Name string

// String is the bytes of a literal or hexadecimal string.
type String string

// Array is a PDF array.
type Array []Object

// Dict is a PDF dictionary.
type Dict map[Name]Object

// Ref points to an indirect object.
type Ref struct {
	// Number is positive; Generation is zero in nearly every file.
	Number, Generation int
}

// Stream is a dictionary with its bytes as they are in the file, filters still applied.
type Stream struct {
	Dict Dict
	Data []byte
}

// Raw is written as it is.
type Raw string

// write appends o in PDF syntax. Equal objects give equal bytes: keys are sorted.
func write(b *bytes.Buffer, o Object) {
	switch o := o.(type) {
	case nil:
		b.WriteString("null")
	case Name:
		writeName(b, o)
	case String:
		writeString(b, o)
	case float64:
		b.WriteString(strconv.FormatFloat(o+0, 'f', -1, 64)) // the sum has no negative zero
	case Ref:
		fmt.Fprintf(b, "%d %d R", o.Number, o.Generation)
	case Array:
		b.WriteByte('[')
		for i, item := range o {
			if i > 0 {
				b.WriteByte(' ')
			}
			write(b, item)
		}
		b.WriteByte(']')
	case Dict:
		writeDict(b, o)
	case *Stream:
		head := maps.Clone(o.Dict)
		head["Length"] = int64(len(o.Data))
		writeDict(b, head)
		b.WriteString("\nstream\n")
		b.Write(o.Data)
		b.WriteString("\nendstream")
	default: // bool, int64, Raw
		fmt.Fprint(b, o)
	}
}

func writeDict(b *bytes.Buffer, d Dict) {
	b.WriteString("<<")
	for _, key := range slices.Sorted(maps.Keys(d)) {
		writeName(b, key)
		b.WriteByte(' ')
		write(b, d[key])
	}
	b.WriteString(">>")
}

func writeName(b *bytes.Buffer, n Name) {
	b.WriteByte('/')
	for i := range len(n) {
		if c := n[i]; isRegular(c) && c > ' ' && c < 0x7f && c != '#' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(b, "#%02X", c)
		}
	}
}

// writeString writes printable ASCII as a literal, everything else in hexadecimal.
func writeString(b *bytes.Buffer, s String) {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			fmt.Fprintf(b, "<%X>", string(s))
			return
		}
	}
	b.WriteByte('(')
	for i := range len(s) {
		if c := s[i]; c == '(' || c == ')' || c == '\\' {
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	b.WriteByte(')')
}
