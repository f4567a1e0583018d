package pdf

import "bytes"

// Object is one PDF value: nil (null), bool, int64, float64, Name, String, Array, Dict, Ref or *Stream.
type Object any

// Name is a name object without its slash, with #xx escapes resolved.
type Name string

// String is a literal or hexadecimal string.
type String struct {
	// Bytes is the decoded content.
	Bytes []byte
	// Start and End are the file offsets of the token, delimiters included; both are -1 inside an object stream.
	Start, End int
	// Hex says that the token was written as <...> with an even number of digits and nothing else between them.
	Hex bool
}

// Array is an array object.
type Array []Object

// Dict is a dictionary; a key that occurs twice never gets here, the file is refused.
type Dict map[Name]Object

// Ref names an indirect object.
type Ref struct{ Number, Generation int }

// Stream is a stream object with its bytes as they stand in the file, still encoded.
type Stream struct {
	Dict Dict
	Raw  []byte
}

// Equal says whether two values are written alike. References are compared as references, numbers by value, strings by
// content.
func Equal(a, b Object) bool {
	switch x := a.(type) {
	case String:
		y, ok := b.(String)
		return ok && bytes.Equal(x.Bytes, y.Bytes)
	case Array:
		y, ok := b.(Array)
		return ok && equalArrays(x, y)
	case Dict:
		y, ok := b.(Dict)
		return ok && equalDicts(x, y)
	case *Stream:
		y, ok := b.(*Stream)
		return ok && bytes.Equal(x.Raw, y.Raw) && equalDicts(x.Dict, y.Dict)
	case int64:
		return equalNumbers(float64(x), b)
	case float64:
		return equalNumbers(x, b)
	}
	return a == b // null, bool, Name and Ref; a different type on the other side is simply unequal
}

func equalNumbers(x float64, b Object) bool {
	y, ok := Number(b)
	return ok && x == y
}

// Number returns the value of an integer or real.
func Number(o Object) (float64, bool) {
	switch x := o.(type) {
	case int64:
		return float64(x), true
	case float64:
		return x, true
	}
	return 0, false
}

func equalArrays(a, b Array) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !Equal(a[i], b[i]) {
			return false
		}
	}
	return true
}

func equalDicts(a, b Dict) bool {
	if len(a) != len(b) {
		return false
	}
	for k, v := range a {
		w, ok := b[k]
		if !ok || !Equal(v, w) {
			return false
		}
	}
	return true
}

// Refs calls visit for every reference written anywhere inside o, in no particular order.
func Refs(o Object, visit func(Ref)) {
	switch x := o.(type) {
	case Ref:
		visit(x)
	case Array:
		for _, v := range x {
			Refs(v, visit)
		}
	case Dict:
		for _, v := range x {
			Refs(v, visit)
		}
	case *Stream:
		Refs(x.Dict, visit)
	}
}
