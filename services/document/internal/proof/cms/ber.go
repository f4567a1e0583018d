package cms

import (
	"encoding/asn1"
	"slices"
)

// Bounds on what is normalised. Lengths of more than four bytes and tags above 2^28 are in no message.
const (
	maxDepth       = 64
	maxLengthBytes = 4
	maxTagBytes    = 5
)

// DER returns the first value of data in the definite, minimal lengths and unbroken octet strings of DER, and what
// follows it. Signers that stream write BER (X.690, 8.1.3.6 and 8.7.3), and RFC 5652 allows it outside of the signed
// attributes. A value that is DER comes back as it is. The order of sets is kept, because a signature may rest on it.
// Time and memory are bounded by the size of data. The error is an *Error with ReasonMalformed.
func DER(data []byte) (der, rest []byte, err error) {
	v, rest, err := transcode(data, 0)
	return v.bytes, rest, err
}

// transcoded is a value in DER; changed says that it was not before.
type transcoded struct {
	bytes   []byte
	changed bool
}

// header is the beginning of a BER value.
type header struct {
	identifier []byte
	// length is that of the content, -1 when it ends with an end-of-contents marker.
	length int
	// minimal says that the length is written in as few bytes as possible.
	minimal bool
}

func (h header) constructed() bool { return h.identifier[0]&0x20 != 0 }

// octets says that this is an OCTET STRING, whose constructed form is the concatenation of its parts.
func (h header) octets() bool { return h.identifier[0]&^0x20 == asn1.TagOctetString }

func transcode(data []byte, depth int) (transcoded, []byte, error) {
	h, rest, err := readHeader(data)
	if err != nil {
		return transcoded{}, nil, err
	}
	if depth > maxDepth || h.length > len(rest) || h.length < 0 && !h.constructed() {
		return transcoded{}, nil, refuse(ReasonMalformed)
	}
	if !h.constructed() {
		content, rest := rest[:h.length], rest[h.length:]
		if h.minimal {
			return transcoded{bytes: data[:len(data)-len(rest)]}, rest, nil
		}
		return encode(h.identifier, content), rest, nil
	}
	content, changed, rest, err := transcodeParts(h, rest, depth)
	if err != nil {
		return transcoded{}, nil, err
	}
	if !changed {
		return transcoded{bytes: data[:len(data)-len(rest)]}, rest, nil
	}
	identifier := h.identifier
	if h.octets() {
		identifier = []byte{asn1.TagOctetString}
	}
	return encode(identifier, content), rest, nil
}

// transcodeParts reads the values inside a constructed one, up to its length or its end-of-contents marker.
func transcodeParts(h header, data []byte, depth int) (content []byte, changed bool, rest []byte, err error) {
	inside, after := data, []byte(nil)
	if h.length >= 0 {
		inside, after = data[:h.length], data[h.length:]
	}
	changed = h.length < 0 || !h.minimal || h.octets()
	start := inside
	for {
		switch {
		case h.length >= 0 && len(inside) == 0:
			return content, changed, after, nil
		case h.length < 0 && len(inside) >= 2 && inside[0] == 0 && inside[1] == 0:
			return content, changed, inside[2:], nil
		}
		part, next, err := transcode(inside, depth+1)
		if err != nil {
			return nil, false, nil, err
		}
		if part.changed && !changed {
			content, changed = slices.Clone(start[:len(start)-len(inside)]), true
		}
		if changed {
			if content, err = appendPart(content, part.bytes, h.octets()); err != nil {
				return nil, false, nil, err
			}
		}
		inside = next
	}
}

// appendPart adds a value, or only what it holds when it is a part of an octet string.
func appendPart(content, part []byte, octets bool) ([]byte, error) {
	if !octets {
		return append(content, part...), nil
	}
	h, inner, err := readHeader(part)
	if err != nil || !h.octets() || h.constructed() {
		return nil, refuse(ReasonMalformed)
	}
	return append(content, inner...), nil
}

func readHeader(data []byte) (header, []byte, error) {
	n := 1
	if len(data) > 0 && data[0]&0x1F == 0x1F {
		for n < len(data) && n < maxTagBytes && data[n]&0x80 != 0 {
			n++
		}
		n++
	}
	if len(data) <= n || data[0] == 0 {
		return header{}, nil, refuse(ReasonMalformed)
	}
	h := header{identifier: data[:n], length: int(data[n]), minimal: true}
	rest := data[n+1:]
	switch {
	case h.length < 0x80:
		return h, rest, nil
	case h.length == 0x80:
		h.length = -1
		return h, rest, nil
	}
	count := h.length & 0x7F
	if count > maxLengthBytes || count > len(rest) {
		return header{}, nil, refuse(ReasonMalformed)
	}
	h.length = 0
	for _, b := range rest[:count] {
		h.length = h.length<<8 | int(b)
	}
	h.minimal = h.length >= 0x80 && rest[0] != 0
	return h, rest[count:], nil
}

func encode(identifier, content []byte) transcoded {
	out := slices.Clone(identifier)
	if n := len(content); n < 0x80 {
		out = append(out, byte(n))
	} else {
		var length []byte
		for ; n > 0; n >>= 8 {
			length = append(length, byte(n))
		}
		slices.Reverse(length)
		out = append(append(out, 0x80|byte(len(length))), length...)
	}
	return transcoded{bytes: append(out, content...), changed: true}
}
