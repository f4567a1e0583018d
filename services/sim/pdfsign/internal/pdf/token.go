package pdf

import "bytes"

// keyword is a bare word, such as obj, R or trailer.
type keyword string

// closer is the token that ends an array or a dictionary.
type closer string

func isStray(o Object) bool {
	switch o.(type) {
	case keyword, closer:
		return true
	}
	return false
}

func isSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0
}

func isDigit(c byte) bool {
	return c >= '0' && c <= '9'
}

func isRegular(c byte) bool {
	return !isSpace(c) && bytes.IndexByte([]byte("()<>[]{}/%"), c) < 0
}
