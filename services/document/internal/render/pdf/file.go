package pdf

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf16"
)

// ref is the number of an indirect object.
type ref int

func (r ref) String() string { return strconv.Itoa(int(r)) + " 0 R" }

// file collects indirect objects. Objects may be reserved before they are written, so that they can refer to each other.
type file struct {
	body   bytes.Buffer
	places []place // by object number less one
	packed []packed
	packer *zlib.Writer
}

func newFile() *file {
	f := &file{}
	// Four bytes above 127 tell transfer programs that the file is binary; PDF/A asks for them.
	f.body.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	return f
}

func (f *file) reserve() ref {
	f.places = append(f.places, place{})
	return ref(len(f.places))
}

func (f *file) write(r ref, format string, args ...any) {
	f.places[r-1].offset = f.body.Len()
	fmt.Fprintf(&f.body, "%d 0 obj\n", r)
	fmt.Fprintf(&f.body, format, args...)
	f.body.WriteString("\nendobj\n")
}

func (f *file) add(format string, args ...any) ref {
	r := f.reserve()
	f.write(r, format, args...)
	return r
}

// stream adds a compressed stream with further dictionary entries.
func (f *file) stream(entries string, data []byte) (ref, error) {
	if f.packer == nil {
		f.packer = zlib.NewWriter(io.Discard)
	}
	packed, err := deflate(f.packer, data)
	if err != nil {
		return 0, err
	}
	return f.plain(entries+"/Filter/FlateDecode", packed), nil
}

func deflate(packer *zlib.Writer, data []byte) ([]byte, error) {
	var packed bytes.Buffer
	packer.Reset(&packed)
	_, err := packer.Write(data)
	if err := errors.Join(err, packer.Close()); err != nil {
		return nil, fmt.Errorf("pdf: compress: %w", err)
	}
	return packed.Bytes(), nil
}

// plain adds a stream as it is.
func (f *file) plain(entries string, data []byte) ref {
	return f.add("<<%s/Length %d>>\nstream\n%s\nendstream", entries, len(data), data)
}

// number writes a length in points without a needless zero.
func number(l Length) string {
	sign := ""
	if l < 0 {
		sign, l = "-", -l
	}
	whole, rest := l/Point, l%Point
	if rest == 0 {
		return sign + strconv.Itoa(int(whole))
	}
	digits := fmt.Sprintf("%03d", int(rest))
	for digits[len(digits)-1] == '0' {
		digits = digits[:len(digits)-1]
	}
	return fmt.Sprintf("%s%d.%s", sign, int(whole), digits)
}

// text writes a text string: UTF-16 with a byte order mark, in hexadecimal, so that nothing in it can end it.
func text(s string) string {
	return "<FEFF" + hexUTF16(s) + ">"
}

func hexUTF16(s string) string {
	var out []byte
	for _, unit := range utf16.Encode([]rune(s)) {
		out = fmt.Appendf(out, "%04X", unit)
	}
	return string(out)
}
