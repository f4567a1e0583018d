package evidence

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io"
	"math"
	"slices"
)

// The sizes of a ZIP's structures without names (APPNOTE 4.3.7, 4.3.12, 4.3.16).
const (
	headerSize    = 30
	directorySize = 46
	endSize       = 22
)

// write writes the ZIP of the parts.
func write(w io.Writer, parts []part) error {
	z := zip.NewWriter(w)
	for _, p := range parts {
		size := uint64(len(p.content))
		entry, err := z.CreateRaw(&zip.FileHeader{
			Name: p.name, Method: zip.Store, CRC32: crc32.ChecksumIEEE(p.content), CompressedSize64: size, UncompressedSize64: size,
			CreatorVersion: 20, ReaderVersion: 20,
			ModifiedDate: 1<<5 | 1, // the first day that the form can say: 1 January 1980
		})
		if err != nil {
			return err
		}
		if _, err := entry.Write(p.content); err != nil {
			return err
		}
	}
	return z.Close()
}

func sizeOf(parts []part) int {
	size := endSize
	for _, p := range parts {
		size += headerSize + directorySize + 2*len(p.name) + len(p.content)
	}
	return size
}

// layout is where the parts of a ZIP are. broken is empty when it is one that write makes; otherwise it names what is not,
// a part or Structure, and parts are those before.
type layout struct {
	parts  []part
	broken string
}

// fromDirectory finds the parts by the directory at the end.
func fromDirectory(raw []byte) layout {
	var l layout
	end := len(raw) - endSize
	if end < 0 || string(raw[end:end+4]) != "PK\x05\x06" {
		return layout{broken: Structure}
	}
	at := number(raw, end+16)
	for range binary.LittleEndian.Uint16(raw[end+10:]) {
		if at > end-directorySize || string(raw[at:at+4]) != "PK\x01\x02" {
			l.broken = Structure
			return l
		}
		name := nameAt(raw, at+28, at+directorySize)
		if !l.add(raw, name, number(raw, at+42), number(raw, at+24)) || !l.plain(raw[at+30:at+34]) {
			return l
		}
		at += directorySize + len(name)
	}
	return l
}

// fromHeaders finds the parts by the headers before them, up to the manifest, which is the last.
func fromHeaders(raw []byte) layout {
	var l layout
	for at := 0; at <= len(raw)-headerSize && string(raw[at:at+4]) == "PK\x03\x04"; {
		name := nameAt(raw, at+26, at+headerSize)
		if !l.add(raw, name, at, number(raw, at+18)) || !l.plain(raw[at+28:at+30]) || name == Manifest {
			return l
		}
		at += headerSize + len(name) + len(l.parts[len(l.parts)-1].content)
	}
	l.broken = Structure
	return l
}

// add adds the part whose header is at an offset. It refuses a name that is none or is there already, which bounds the
// number of parts, and a content that is not in the file.
func (l *layout) add(raw []byte, name string, at, size int) bool {
	start := at + headerSize + len(name)
	switch {
	case name == "":
		l.broken = Structure
	case start > len(raw), size > len(raw)-start, slices.ContainsFunc(l.parts, func(p part) bool { return p.name == name }):
		l.broken = name
	default:
		l.parts = append(l.parts, part{name, raw[start : start+size]})
		return true
	}
	return false
}

// plain refuses the last part when the lengths of what else its header may hold are not 0.
func (l *layout) plain(lengths []byte) bool {
	if bytes.Count(lengths, []byte{0}) < len(lengths) {
		l.broken = l.parts[len(l.parts)-1].name
	}
	return l.broken == ""
}

// nameAt reads a name whose length is at an offset: one of those that a part can have, or empty. No other text of a file
// goes any further.
func nameAt(raw []byte, length, at int) string {
	n := int(binary.LittleEndian.Uint16(raw[length:]))
	if n > len(raw)-at {
		return ""
	}
	for _, name := range names() {
		if string(raw[at:at+n]) == name {
			return name
		}
	}
	return ""
}

// number reads 32 bits. What no package can have becomes the largest one, on every machine.
func number(raw []byte, at int) int {
	return int(min(binary.LittleEndian.Uint32(raw[at:]), math.MaxInt32/2))
}
