package pdf

import (
	"bytes"
	"compress/zlib"
	"errors"
	"io"
)

// errFilter marks an encoding that this package does not undo.
var errFilter = errors.New("pdf: filter is not supported")

// Decode returns a stream's content when it is not encoded or only deflated (with or without a predictor). The second
// result is false for every other encoding, and when the content is damaged or larger than the bounds.
func (d *Document) Decode(s *Stream) ([]byte, bool) {
	out, err := d.decode(s)
	return out, err == nil
}

func (d *Document) decode(s *Stream) ([]byte, error) {
	filters, params := list(d.Resolve(s.Dict["Filter"])), list(d.Resolve(s.Dict["DecodeParms"]))
	if len(filters) > 2 {
		return nil, errFilter
	}
	data := s.Raw
	for i, f := range filters {
		if d.Resolve(f) != Name("FlateDecode") {
			return nil, errFilter
		}
		var p Dict
		if i < len(params) {
			p, _ = d.Resolve(params[i]).(Dict)
		}
		var err error
		if data, err = d.inflate(data, p); err != nil {
			return nil, err
		}
	}
	return data, nil
}

// list turns "one or an array of" into an array.
func list(o Object) Array {
	switch x := o.(type) {
	case nil:
		return nil
	case Array:
		return x
	}
	return Array{o}
}

func (d *Document) inflate(data []byte, params Dict) ([]byte, error) {
	r, err := d.inflater(bytes.NewReader(data))
	if err != nil {
		return nil, malformed(0, "bad compressed data")
	}
	left := d.left.Decoded
	out, err := io.ReadAll(io.LimitReader(r, int64(left)+1))
	if len(out) > left {
		d.left.Decoded = 0
		return nil, tooComplex(0, "decompressed data is too large")
	}
	d.left.Decoded -= len(out)
	if err != nil {
		return nil, malformed(0, "bad compressed data")
	}
	return d.unpredict(out, params)
}

func (d *Document) unpredict(data []byte, params Dict) ([]byte, error) {
	predictor := d.intOr(params["Predictor"], 1)
	if predictor == 1 {
		return data, nil
	}
	columns, colours := d.intOr(params["Columns"], 1), d.intOr(params["Colors"], 1)
	if bits := d.intOr(params["BitsPerComponent"], 8); predictor < 10 || bits != 8 {
		return nil, errFilter
	}
	if columns < 1 || columns > 1<<20 || colours < 1 || colours > 32 {
		return nil, malformed(0, "bad predictor")
	}
	return undoPNG(data, columns*colours, colours)
}

// inflater is made once: its tables cost more than what most object streams hold.
func (d *Document) inflater(data io.Reader) (io.Reader, error) {
	if again, ok := d.zlib.(zlib.Resetter); ok {
		return d.zlib, again.Reset(data, nil)
	}
	var err error
	d.zlib, err = zlib.NewReader(data)
	return d.zlib, err
}

// undecodable says why a stream that holds objects could not be decoded.
func undecodable(offset int, err error) error {
	var known *Error
	if errors.As(err, &known) && known.Kind == TooComplex {
		return err
	}
	return malformed(offset, "stream of objects cannot be decoded")
}

// undoPNG reverses the PNG filters of rows of width bytes.
func undoPNG(data []byte, width, step int) ([]byte, error) {
	if len(data)%(width+1) != 0 {
		return nil, malformed(0, "cut predictor row")
	}
	out := make([]byte, 0, len(data))
	above := make([]byte, width)
	for len(data) > 0 {
		kind := data[0]
		out = append(out, data[1:width+1]...)
		row := out[len(out)-width:]
		data = data[width+1:]
		if kind > 4 {
			return nil, malformed(0, "bad predictor row")
		}
		for i := range row {
			var left, corner byte
			if i >= step {
				left, corner = row[i-step], above[i-step]
			}
			row[i] += predict(kind, left, above[i], corner)
		}
		above = row
	}
	return out, nil
}

func predict(kind, left, up, corner byte) byte {
	switch kind {
	case 1:
		return left
	case 2:
		return up
	case 3:
		return byte((int(left) + int(up)) / 2)
	case 4:
		return paeth(int(left), int(up), int(corner))
	}
	return 0
}

func paeth(a, b, c int) byte {
	pa, pb, pc := abs(b-c), abs(a-c), abs(a+b-2*c)
	switch {
	case pa <= pb && pa <= pc:
		return byte(a)
	case pb <= pc:
		return byte(b)
	}
	return byte(c)
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}

func (d *Document) intOr(o Object, otherwise int) int {
	if n, ok := d.Resolve(o).(int64); ok && n >= 0 && n < 1<<40 {
		return int(n)
	}
	return otherwise
}
