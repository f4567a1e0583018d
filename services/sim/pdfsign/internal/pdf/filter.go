package pdf

import (
	"bytes"
	"compress/zlib"
	"io"
)

// decode returns the bytes of a stream with its filter undone. It knows FlateDecode, with and without a PNG predictor,
// which is all that cross-reference and object streams are written with.
func (f *File) decode(s *Stream) ([]byte, error) {
	filter, err := f.only(s.Dict["Filter"])
	if err != nil || filter == nil {
		return s.Data, err
	}
	if filter != Name("FlateDecode") {
		return nil, malformed("a stream has a filter that is not supported")
	}
	z, err := zlib.NewReader(bytes.NewReader(s.Data))
	if err != nil {
		return nil, malformed("a compressed stream cannot be read")
	}
	text, err := io.ReadAll(io.LimitReader(z, int64(maxDecoded-f.decoded)+1))
	if err != nil {
		return nil, malformed("a compressed stream cannot be read")
	}
	if f.decoded += len(text); f.decoded > maxDecoded {
		return nil, malformed("its streams are too large")
	}
	parms, err := f.only(s.Dict["DecodeParms"])
	if err != nil || parms == nil {
		return text, err
	}
	d, ok := parms.(Dict)
	if !ok {
		return nil, malformed("a filter has parameters that cannot be read")
	}
	return unpredict(text, d)
}

// only returns the value itself, or the one value in an array of one.
func (f *File) only(o Object) (Object, error) {
	o, err := f.Resolve(o)
	if err != nil {
		return nil, err
	}
	list, ok := o.(Array)
	switch {
	case !ok:
		return o, nil
	case len(list) == 0:
		return nil, nil
	case len(list) == 1:
		return f.Resolve(list[0])
	}
	return nil, malformed("a stream has several filters")
}

// unpredict undoes the PNG prediction of rows of bytes, each of which begins with the number of its algorithm.
func unpredict(text []byte, parms Dict) ([]byte, error) {
	number := func(key Name, absent int64) int64 {
		if n, ok := parms[key].(int64); ok {
			return n
		}
		return absent
	}
	if number("Predictor", 1) == 1 {
		return text, nil
	}
	columns := number("Columns", 1)
	bytewise := number("Colors", 1) == 1 && number("BitsPerComponent", 8) == 8
	if number("Predictor", 1) < 10 || !bytewise || columns < 1 || columns > 1<<16 {
		return nil, malformed("a stream has a predictor that is not supported")
	}
	width := int(columns)
	above := make([]byte, width)
	var plain []byte
	for ; len(text) > width; text = text[width+1:] {
		row := bytes.Clone(text[1 : width+1])
		if err := unpredictRow(text[0], row, above); err != nil {
			return nil, err
		}
		plain = append(plain, row...)
		above = row
	}
	return plain, nil
}

func unpredictRow(algorithm byte, row, above []byte) error {
	var left, corner byte
	for i := range row {
		up := above[i]
		switch algorithm {
		case 0:
		case 1:
			row[i] += left
		case 2:
			row[i] += up
		case 3:
			row[i] += byte((int(left) + int(up)) / 2)
		case 4:
			row[i] += paeth(int(left), int(up), int(corner))
		default:
			return malformed("a predictor cannot be read")
		}
		left, corner = row[i], up
	}
	return nil
}

// paeth is the predictor of PNG that takes the neighbour nearest to left + up - corner.
func paeth(left, up, corner int) byte {
	guess := left + up - corner
	toLeft, toUp, toCorner := abs(guess-left), abs(guess-up), abs(guess-corner)
	switch {
	case toLeft <= toUp && toLeft <= toCorner:
		return byte(left)
	case toUp <= toCorner:
		return byte(up)
	}
	return byte(corner)
}

func abs(n int) int {
	return max(n, -n)
}
