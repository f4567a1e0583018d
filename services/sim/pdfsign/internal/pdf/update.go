package pdf

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
)

// Update collects new and changed objects of a file.
type Update struct {
	file    *File
	changed map[int]indirect
	next    int
}

type indirect struct {
	generation int
	object     Object
}

// NewUpdate begins an update of f.
func NewUpdate(f *File) *Update {
	return &Update{file: f, changed: map[int]indirect{}, next: f.size()}
}

// Add adds an object under a new number.
func (u *Update) Add(o Object) Ref {
	ref := Ref{Number: u.next}
	u.next++
	u.changed[ref.Number] = indirect{object: o}
	return ref
}

// Set replaces an object. It fails with ErrMalformed the second time for one object: the file then uses it in two roles,
// and the second change would undo the first.
func (u *Update) Set(ref Ref, o Object) error {
	if _, twice := u.changed[ref.Number]; twice {
		return malformed("an object plays two roles")
	}
	u.changed[ref.Number] = indirect{generation: ref.Generation, object: o}
	return nil
}

// Bytes returns the file with the update behind it, and the offset of each object in the update. The cross-reference
// section is of the kind that the file ends with. Equal updates give equal bytes.
func (u *Update) Bytes() ([]byte, map[Ref]int) {
	var b bytes.Buffer
	b.Write(u.file.data)
	if !bytes.HasSuffix(u.file.data, []byte("\n")) {
		b.WriteByte('\n')
	}
	offsets := map[Ref]int{}
	for _, number := range slices.Sorted(maps.Keys(u.changed)) {
		one := u.changed[number]
		ref := Ref{Number: number, Generation: one.generation}
		offsets[ref] = b.Len()
		fmt.Fprintf(&b, "%d %d obj\n", ref.Number, ref.Generation)
		write(&b, one.object)
		b.WriteString("\nendobj\n")
	}
	start := b.Len()
	if u.file.streamed {
		u.writeStreamSection(&b, offsets)
	} else {
		u.writeTable(&b, offsets)
	}
	fmt.Fprintf(&b, "startxref\n%d\n%%%%EOF\n", start)
	return b.Bytes(), offsets
}

// trailer is that of the file, pointing back to it. The second part of its ID tells the revisions apart.
func (u *Update) trailer(written []byte) Dict {
	d := Dict{}
	for _, key := range []Name{"Root", "Info"} {
		if value := u.file.trailer[key]; value != nil {
			d[key] = value
		}
	}
	digest := sha256.Sum256(written)
	revision := String(digest[:16])
	d["ID"] = Array{revision, revision}
	if id, err := u.file.Array(u.file.trailer["ID"]); err == nil && len(id) == 2 {
		d["ID"] = Array{id[0], revision}
	}
	d["Size"] = int64(u.next)
	d["Prev"] = int64(u.file.start)
	return d
}

func (u *Update) writeTable(b *bytes.Buffer, offsets map[Ref]int) {
	trailer := u.trailer(b.Bytes())
	b.WriteString("xref\n")
	for _, run := range runs(offsets) {
		fmt.Fprintf(b, "%d %d\n", run[0].Number, len(run))
		for _, ref := range run {
			fmt.Fprintf(b, "%010d %05d n\r\n", offsets[ref], ref.Generation)
		}
	}
	b.WriteString("trailer\n")
	write(b, trailer)
	b.WriteByte('\n')
}

// writeStreamSection writes the section as a stream, which is an object itself and has an entry too.
func (u *Update) writeStreamSection(b *bytes.Buffer, offsets map[Ref]int) {
	self := Ref{Number: u.next}
	u.next++
	trailer := u.trailer(b.Bytes())
	all := maps.Clone(offsets)
	all[self] = b.Len()
	var rows []byte
	index := Array{}
	for _, run := range runs(all) {
		index = append(index, int64(run[0].Number), int64(len(run)))
		for _, ref := range run {
			rows = append(rows, byte(entryPlain))
			rows = binary.BigEndian.AppendUint32(rows, uint32(all[ref]))
			rows = binary.BigEndian.AppendUint16(rows, uint16(ref.Generation))
		}
	}
	trailer["Type"] = Name("XRef")
	trailer["W"] = Array{int64(1), int64(4), int64(2)}
	trailer["Index"] = index
	fmt.Fprintf(b, "%d 0 obj\n", self.Number)
	write(b, &Stream{Dict: trailer, Data: rows})
	b.WriteString("\nendobj\n")
}

// runs groups the objects by consecutive numbers.
func runs(offsets map[Ref]int) [][]Ref {
	refs := slices.SortedFunc(maps.Keys(offsets), func(a, b Ref) int { return a.Number - b.Number })
	var grouped [][]Ref
	for i, ref := range refs {
		if i == 0 || refs[i-1].Number+1 != ref.Number {
			grouped = append(grouped, nil)
		}
		last := &grouped[len(grouped)-1]
		*last = append(*last, ref)
	}
	return grouped
}
