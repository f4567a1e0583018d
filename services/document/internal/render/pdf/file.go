package pdf

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"encoding/hex"
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
	body    bytes.Buffer
	offsets []int // by object number less one; 0 is reserved but not written
	packer  *zlib.Writer
}

func newFile() *file {
	f := &file{}
	// Four bytes above 127 tell transfer programs that the file is binary; PDF/A asks for them.
	f.body.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	return f
}

func (f *file) reserve() ref {
	f.offsets = append(f.offsets, 0)
	return ref(len(f.offsets))
}

func (f *file) write(r ref, format string, args ...any) {
	f.offsets[r-1] = f.body.Len()
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

// finish writes the cross-reference table and the trailer. The file's identifier is the hash of its content, so that
// equal documents have equal identifiers.
func (f *file) finish(catalog, info ref) []byte {
	sum := sha256.Sum256(f.body.Bytes())
	id := hex.EncodeToString(sum[:16])
	start := f.body.Len()
	fmt.Fprintf(&f.body, "xref\n0 %d\n0000000000 65535 f \n", len(f.offsets)+1)
	for _, at := range f.offsets {
		fmt.Fprintf(&f.body, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&f.body, "trailer\n<</Size %d/Root %s/Info %s/ID[<%s><%s>]>>\nstartxref\n%d\n%%%%EOF\n",
		len(f.offsets)+1, catalog, info, id, id, start)
	return f.body.Bytes()
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
