package pdf

import (
	"errors"
	"testing"
)

// A file whose streams expand to more than the limit is refused.
func TestBomb(t *testing.T) {
	f := mustRead(t, table("/Root 1 0 R", "<<>>"))
	bomb := &Stream{Dict{"Filter": Name("FlateDecode")}, []byte(deflate(make([]byte, 1<<20)))}
	f.decoded = maxDecoded - 1<<20
	if text, err := f.decode(bomb); err != nil || len(text) != 1<<20 {
		t.Errorf("got %d bytes, %v", len(text), err)
	}
	f.decoded = maxDecoded - 1<<20 + 1
	if text, err := f.decode(bomb); !errors.Is(err, ErrMalformed) {
		t.Errorf("got %d bytes, %v", len(text), err)
	}
}

func TestDecode(t *testing.T) {
	f := mustRead(t, table("/Root 1 0 R", "<<>>"))
	rows := "\x00\x01\x02\x03" + "\x01\x01\x01\x01" + "\x02\x01\x01\x01" + "\x03\x02\x02\x02" + "\x04\x01\x01\x01"
	want := "\x01\x02\x03" + "\x01\x02\x03" + "\x02\x03\x04" + "\x03\x05\x06" + "\x04\x06\x07"
	parms := Dict{"Predictor": int64(15), "Columns": int64(3)}
	got, err := f.decode(&Stream{Dict{"Filter": Array{Name("FlateDecode")}, "DecodeParms": Array{parms}}, []byte(deflate([]byte(rows)))})
	if err != nil || string(got) != want {
		t.Errorf("got %x, %v, want %x", got, err, want)
	}
	for name, s := range map[string]*Stream{
		"filter":    {Dict{"Filter": Name("LZWDecode")}, nil},
		"filters":   {Dict{"Filter": Array{Name("FlateDecode"), Name("FlateDecode")}}, nil},
		"no zlib":   {Dict{"Filter": Name("FlateDecode")}, []byte("xx")},
		"truncated": {Dict{"Filter": Name("FlateDecode")}, []byte(deflate([]byte(rows)))[:12]},
		"TIFF":      {Dict{"Filter": Name("FlateDecode"), "DecodeParms": Dict{"Predictor": int64(2)}}, []byte(deflate(nil))},
		"algorithm": {Dict{"Filter": Name("FlateDecode"), "DecodeParms": parms}, []byte(deflate([]byte("\x09\x01\x01\x01")))},
		"columns":   {Dict{"Filter": Name("FlateDecode"), "DecodeParms": Dict{"Predictor": int64(12), "Columns": int64(1 << 40)}}, []byte(deflate(nil))},
	} {
		if got, err := f.decode(s); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: got %x, %v", name, got, err)
		}
	}
}
