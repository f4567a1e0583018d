package cms

import "encoding/asn1"

// maxRevocation bounds the CRLs and OCSP responses of one place in a message.
const maxRevocation = 64

// revocationValues is both RevocationInfoArchival (ISO 32000-1, 12.8.3.3.2) and RevocationValues (EN 319 122-1, A.1.4);
// the first holds OCSPResponses, the second BasicOCSPResponses.
type revocationValues struct {
	CRLs  []asn1.RawValue `asn1:"explicit,optional,tag:0"`
	OCSPs []asn1.RawValue `asn1:"explicit,optional,tag:1"`
}

// Revocation returns the CRLs and OCSP responses the message carries, each as DER, from the field of RFC 5652 (with RFC
// 5940) and the attributes of Adobe and CAdES. None of it is verified. What cannot be taken apart is returned whole, so
// that whoever reads it sees that something is there.
func (m *Message) Revocation() [][]byte {
	out := revocationField(m.crls)
	for _, from := range []attributes{m.signed, m.unsigned} {
		for _, v := range from[oidRevocationArchival] {
			out = append(out, revocationAttribute(v.FullBytes, false)...)
		}
		for _, v := range from[oidRevocationValues] {
			out = append(out, revocationAttribute(v.FullBytes, true)...)
		}
	}
	return out
}

func revocationAttribute(der []byte, basic bool) [][]byte {
	var values revocationValues
	count := 0
	if exact(der, &values) == nil {
		count = len(values.CRLs) + len(values.OCSPs)
	}
	if count == 0 || count > maxRevocation {
		return [][]byte{der}
	}
	var out [][]byte
	for _, c := range values.CRLs {
		out = append(out, c.FullBytes)
	}
	for _, o := range values.OCSPs {
		if basic {
			out = append(out, responseOf(o.FullBytes))
		} else {
			out = append(out, o.FullBytes)
		}
	}
	return out
}

// responseOf makes the OCSPResponse of RFC 6960, 4.2.1, around a BasicOCSPResponse.
func responseOf(basic []byte) []byte {
	octets := encode([]byte{asn1.TagOctetString}, basic).bytes
	kind, err := asn1.Marshal(asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 1})
	if err != nil {
		return basic
	}
	const sequence, tag0 = 0x30, 0xA0
	bytes := encode([]byte{sequence}, append(kind, octets...)).bytes
	tagged := encode([]byte{tag0}, bytes).bytes
	return encode([]byte{sequence}, append([]byte{asn1.TagEnum, 1, 0}, tagged...)).bytes
}

// revocationField reads RevocationInfoChoices: CRLs, and under [1] other formats of which OCSP is known.
func revocationField(der []byte) [][]byte {
	list, err := elements(der, maxRevocation)
	if err != nil {
		return [][]byte{der}
	}
	var out [][]byte
	for _, v := range list {
		if v.Class == asn1.ClassUniversal {
			out = append(out, v.FullBytes)
			continue
		}
		var kind asn1.ObjectIdentifier
		value, err := asn1.Unmarshal(v.Bytes, &kind)
		if err != nil || kind.String() == oidOCSPInCMS {
			out = append(out, value)
		}
	}
	return out
}
