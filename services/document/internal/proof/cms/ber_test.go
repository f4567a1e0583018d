package cms_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/countersign/countersign/services/document/internal/proof/cms"
	"github.com/countersign/countersign/services/document/internal/proof/cms/cmstest"
)

func TestDER(t *testing.T) {
	deep := slices.Concat(bytes.Repeat([]byte{0x30, 0x80}, 100), make([]byte, 200))
	long := bytes.Repeat([]byte{7}, 200)
	for name, c := range map[string]struct{ in, out, rest []byte }{
		"already":            {[]byte{0x30, 3, 2, 1, 5}, []byte{0x30, 3, 2, 1, 5}, nil},
		"padded":             {[]byte{4, 1, 9, 0, 0}, []byte{4, 1, 9}, []byte{0, 0}},
		"indefinite":         {[]byte{0x30, 0x80, 2, 1, 5, 0, 0, 0}, []byte{0x30, 3, 2, 1, 5}, []byte{0}},
		"nested":             {[]byte{0x30, 0x80, 5, 0, 0xA0, 0x80, 2, 1, 5, 0, 0, 0, 0}, []byte{0x30, 7, 5, 0, 0xA0, 3, 2, 1, 5}, nil},
		"length too wide":    {[]byte{0x30, 0x81, 3, 2, 1, 5}, []byte{0x30, 3, 2, 1, 5}, nil},
		"zero length byte":   {[]byte{4, 0x82, 0, 1, 9}, []byte{4, 1, 9}, nil},
		"octets in parts":    {[]byte{0x24, 0x80, 4, 1, 1, 4, 2, 2, 3, 0, 0}, []byte{4, 3, 1, 2, 3}, nil},
		"parts of parts":     {[]byte{0x24, 6, 0x24, 4, 4, 2, 2, 3}, []byte{4, 2, 2, 3}, nil},
		"inside only":        {[]byte{0x30, 8, 2, 1, 7, 0x24, 3, 4, 1, 9}, []byte{0x30, 6, 2, 1, 7, 4, 1, 9}, nil},
		"grows":              {slices.Concat([]byte{0x24, 0x80, 4, 0x81, 200}, long, []byte{0, 0}), slices.Concat([]byte{4, 0x81, 200}, long), nil},
		"high tag":           {[]byte{0x3F, 0x81, 1, 0x80, 5, 0, 0, 0}, []byte{0x3F, 0x81, 1, 2, 5, 0}, nil},
		"empty":              {nil, nil, nil},
		"no end":             {[]byte{0x30, 0x80, 2, 1, 5}, nil, nil},
		"half an end":        {[]byte{0x30, 0x80, 0}, nil, nil},
		"too short":          {[]byte{0x30, 4, 2, 1, 5}, nil, nil},
		"child too long":     {[]byte{0x30, 3, 2, 2, 5, 5}, nil, nil},
		"primitive, no end":  {[]byte{4, 0x80, 0, 0}, nil, nil},
		"octets of integers": {[]byte{0x24, 3, 2, 1, 5}, nil, nil},
		"length of lengths":  {[]byte{4, 0x85, 0, 0, 0, 0, 1, 5}, nil, nil},
		"huge":               {[]byte{4, 0x84, 0xFF, 0xFF, 0xFF, 0xFF}, nil, nil},
		"tag without end":    {[]byte{0x3F, 0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 1, 0}, nil, nil},
		"too deep":           {deep, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			der, rest, err := cms.DER(c.in)
			if c.out == nil {
				expect(t, err, cms.ReasonMalformed)
				return
			}
			if err != nil || !bytes.Equal(der, c.out) || !bytes.Equal(rest, c.rest) {
				t.Errorf("got %x, rest %x, %v", der, rest, err)
			}
		})
	}
}

// ber rewrites a message the way a streaming signer would: everything constructed is indefinite, octet strings come in
// parts. What is inside of the values named stays as it is.
func ber(tb testing.TB, der []byte, keep ...[]byte) []byte {
	tb.Helper()
	var out []byte
	for len(der) > 0 {
		one, rest, err := cms.DER(der)
		if err != nil {
			tb.Fatal(err)
		}
		der = rest
		head := 2
		if one[1] > 0x80 {
			head += int(one[1] & 0x7F)
		}
		isKept := slices.ContainsFunc(keep, func(k []byte) bool { return bytes.Equal(k, one) })
		switch {
		case isKept, one[0]&0x20 == 0 && one[0] != 4:
			out = append(out, one...)
		case one[0] == 4:
			middle := head + (len(one)-head)/2
			out = append(out, 0x24, 0x80)
			out = append(out, cmstest.DER(tb, one[head:middle])...)
			out = append(out, cmstest.DER(tb, one[middle:])...)
			out = append(out, 0, 0)
		default:
			out = append(append(out, one[0], 0x80), ber(tb, one[head:], keep...)...)
			out = append(out, 0, 0)
		}
	}
	return out
}

func TestStreamedMessage(t *testing.T) {
	r := p256(t)
	message := ber(t, r.Build(t, []byte("signed")), r.Certificate.Raw)
	if err := verify(message, []byte("signed")); err != nil {
		t.Error(err)
	}
	expect(t, verify(message, []byte("other")), cms.ReasonDigest)
	expect(t, verify(append(message, 0), []byte("signed")), cms.ReasonMalformed)
	r.Content = []byte("signed")
	expect(t, verify(ber(t, r.Build(t, r.Content), r.Certificate.Raw), r.Content), cms.ReasonAttached)
}

func FuzzDER(f *testing.F) {
	r := p256(f)
	message := r.Build(f, []byte("signed"))
	f.Add(message)
	f.Add(ber(f, message, r.Certificate.Raw))
	f.Add([]byte{0x24, 0x80, 4, 1, 1, 4, 2, 2, 3, 0, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		der, rest, err := cms.DER(data)
		if err != nil {
			return
		}
		if len(der)+len(rest) > len(data)+len(data) {
			t.Errorf("%d bytes became %d", len(data), len(der))
		}
		again, left, err := cms.DER(der)
		if err != nil || len(left) > 0 || !bytes.Equal(again, der) {
			t.Errorf("%x is not stable: %x, %x, %v", der, again, left, err)
		}
	})
}
