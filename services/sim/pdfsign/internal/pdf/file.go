package pdf

import (
	"bytes"
	"maps"
)

const (
	maxFile    = 64 << 20 // bytes; the vendors take 50 MB
	maxDecoded = 64 << 20 // bytes, of all streams of one file together
	slack      = 1 << 20  // bytes that may be parsed beyond those that there are
	maxObjects = 1 << 19
	maxNumber  = 8_388_607 // the highest object number of common readers
	spare      = 64        // numbers below maxNumber that are left for one update
	maxAliases = 8         // references that lead to references
	tailLength = 2048
)

// File is a PDF file whose objects are read as they are asked for. It is not safe for use by several goroutines.
type File struct {
	data     []byte
	trailer  Dict
	start    int  // offset of the newest cross-reference section
	streamed bool // that section is a stream
	entries  map[int]entry
	objects  map[int]Object
	packs    map[int]*pack
	loading  map[int]bool
	decoded  int // bytes
	parsed   int // bytes
}

// Read reads the structure of a file of at most 64 MiB. It fails with ErrMalformed or ErrEncrypted. The file keeps
// data, which must not change.
func Read(data []byte) (*File, error) {
	if len(data) > maxFile {
		return nil, malformed("it is larger than 64 MiB")
	}
	if !bytes.HasPrefix(data, []byte("%PDF-")) {
		return nil, malformed("it does not begin as a PDF")
	}
	f := &File{
		data: data, entries: map[int]entry{}, objects: map[int]Object{},
		packs: map[int]*pack{}, loading: map[int]bool{},
	}
	if err := f.findStart(); err != nil {
		return nil, err
	}
	if err := f.readSections(); err != nil {
		return nil, err
	}
	if f.trailer["Encrypt"] != nil {
		return nil, ErrEncrypted
	}
	if f.size() > maxNumber-spare {
		return nil, malformed("its object numbers are too high")
	}
	return f, nil
}

// Catalog returns the root of the document and where it stands.
func (f *File) Catalog() (Ref, Dict, error) {
	ref, ok := f.trailer["Root"].(Ref)
	if !ok {
		return Ref{}, nil, malformed("it has no catalog")
	}
	catalog, err := f.Dict(ref)
	return ref, catalog, err
}

// Resolve follows references; anything else is returned as it is. An object that the file does not have is null. The
// result is shared: a caller that changes it clones it first.
func (f *File) Resolve(o Object) (Object, error) {
	for range maxAliases {
		ref, ok := o.(Ref)
		if !ok {
			return o, nil
		}
		var err error
		if o, err = f.load(ref); err != nil {
			return nil, err
		}
	}
	return nil, malformed("references lead to references")
}

// Dict resolves o to a dictionary; null gives an empty one.
func (f *File) Dict(o Object) (Dict, error) {
	o, err := f.Resolve(o)
	if err != nil || o == nil {
		return Dict{}, err
	}
	if d, ok := o.(Dict); ok {
		return d, nil
	}
	return nil, malformed("a dictionary is missing")
}

// Array resolves o to an array; null gives an empty one.
func (f *File) Array(o Object) (Array, error) {
	o, err := f.Resolve(o)
	if err != nil || o == nil {
		return nil, err
	}
	if a, ok := o.(Array); ok {
		return a, nil
	}
	return nil, malformed("an array is missing")
}

// size is one more than the highest object number in use.
func (f *File) size() int {
	size := 1
	if n, ok := f.trailer["Size"].(int64); ok {
		size = int(min(max(n, 1), maxNumber))
	}
	for number := range maps.Keys(f.entries) {
		size = max(size, number+1)
	}
	return size
}

func (f *File) load(ref Ref) (Object, error) {
	e, ok := f.entries[ref.Number]
	if !ok || e.kind == entryFree || e.generation() != ref.Generation {
		return nil, nil
	}
	if o, ok := f.objects[ref.Number]; ok {
		return o, nil
	}
	if f.loading[ref.Number] {
		return nil, malformed("an object needs itself to be read")
	}
	f.loading[ref.Number] = true
	defer delete(f.loading, ref.Number)
	var o Object
	var err error
	if e.kind == entryPacked {
		o, err = f.unpack(ref.Number, e)
	} else {
		o, err = f.indirect(ref, e.a)
	}
	if err == nil {
		f.objects[ref.Number] = o
	}
	return o, err
}
