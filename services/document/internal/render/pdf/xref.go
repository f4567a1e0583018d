package pdf

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
)

// packSize is how many objects share an object stream.
const packSize = 1000

// place is where an object stands: at an offset in the file, or as the entry of an object stream.
type place struct {
	offset int
	pack   ref // 0 outside of an object stream
	index  int
}

// packed is a small object that waits for an object stream.
type packed struct {
	ref  ref
	text string
}

// pack writes an object that nobody who signs the file needs to touch: compressed with its like.
func (f *file) pack(r ref, format string, args ...any) {
	f.packed = append(f.packed, packed{ref: r, text: fmt.Sprintf(format, args...)})
}

func (f *file) addPacked(format string, args ...any) ref {
	r := f.reserve()
	f.pack(r, format, args...)
	return r
}

func (f *file) writePacks() error {
	for start := 0; start < len(f.packed); start += packSize {
		group := f.packed[start:min(start+packSize, len(f.packed))]
		var table, objects strings.Builder
		for _, p := range group {
			fmt.Fprintf(&table, "%d %d ", p.ref, objects.Len())
			objects.WriteString(p.text + "\n")
		}
		stream, err := f.stream(fmt.Sprintf("/Type/ObjStm/N %d/First %d", len(group), table.Len()), []byte(table.String()+objects.String()))
		if err != nil {
			return err
		}
		for i, p := range group {
			f.places[p.ref-1] = place{pack: stream, index: i}
		}
	}
	return nil
}

// finish writes the cross-reference stream, which is also the trailer. The file's identifier is the hash of its content,
// so that equal documents have equal identifiers.
func (f *file) finish(catalog, info ref) ([]byte, error) {
	if err := f.writePacks(); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(f.body.Bytes())
	id := hex.EncodeToString(sum[:16])
	start := f.body.Len()
	// Object 0 heads the list of free objects; this stream is the last object.
	rows := []byte{0, 0, 0, 0, 0, 0xff, 0xff}
	for _, p := range append(f.places, place{offset: start}) {
		if p.pack > 0 {
			rows = append(rows, 2)
			rows = binary.BigEndian.AppendUint32(rows, uint32(p.pack))
		} else {
			rows = append(rows, 1)
			rows = binary.BigEndian.AppendUint32(rows, uint32(p.offset))
		}
		rows = binary.BigEndian.AppendUint16(rows, uint16(p.index))
	}
	_, err := f.stream(fmt.Sprintf("/Type/XRef/Size %d/W[1 4 2]/Root %s/Info %s/ID[<%s><%s>]", len(f.places)+2, catalog, info, id, id), rows)
	fmt.Fprintf(&f.body, "startxref\n%d\n%%%%EOF\n", start)
	return f.body.Bytes(), err
}
