package proof

import (
	"bytes"
	"crypto"
	"sort"
	"time"

	"github.com/countersign/countersign/services/document/internal/pdf"
	"github.com/countersign/countersign/services/document/internal/proof/cms"
)

// signature is one filled signature field while it is examined.
type signature struct {
	*field
	file []byte
	// end is where the signed bytes end.
	end int
	// der is the message in DER, without its padding.
	der     []byte
	stamp   bool
	message *cms.Message
	// sound says that the message verified; only then does its certificate count.
	sound bool
	// unbound says that its signed attributes do not name its certificate.
	unbound bool
	// seen is the time in a document timestamp.
	seen   time.Time
	holder holder
	report Signature
}

// signaturesOf lists the signatures in the order in which they were made.
func signaturesOf(file []byte, f form) []*signature {
	var list []*signature
	for _, one := range f.signed() {
		s := &signature{field: one, file: file, report: Signature{Field: one.name}}
		s.stamp = one.isStamp()
		s.report.Timestamp = s.stamp
		list = append(list, s)
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].contents.Start < list[j].contents.Start })
	return list
}

// locate checks that the byte range covers everything up to its end but exactly the signature's own token, and that
// nothing but zeros pads the token. It returns a reason, empty when all is well.
func (s *signature) locate() string {
	if !s.contents.Hex || s.contents.Start < 0 {
		return "CONTENTS_NOT_A_HEX_STRING"
	}
	list, ok := s.value["ByteRange"].(pdf.Array)
	if !ok || len(list) != 4 {
		return "BYTE_RANGE_MALFORMED"
	}
	var r [4]int64
	for i, v := range list {
		if r[i], ok = v.(int64); !ok || r[i] < 0 || r[i] > int64(len(s.file)) {
			return "BYTE_RANGE_MALFORMED"
		}
	}
	switch {
	case r[0] != 0:
		return "BYTE_RANGE_NOT_FROM_START"
	case r[1] != int64(s.contents.Start) || r[2] != int64(s.contents.End):
		return "BYTE_RANGE_GAP_WRONG"
	case r[2]+r[3] > int64(len(s.file)):
		return "BYTE_RANGE_BEYOND_FILE"
	}
	s.end = int(r[2] + r[3])
	return s.unpad()
}

func (s *signature) unpad() string {
	der, rest, err := cms.DER(s.contents.Bytes)
	if err != nil {
		s.der = s.contents.Bytes // the message parser says what is wrong with it
		return ""
	}
	if len(bytes.TrimLeft(rest, "\x00")) > 0 {
		return "PADDING_NOT_EMPTY"
	}
	s.der = der
	return ""
}

// hashed returns the hash of the signed bytes.
func (s *signature) hashed(h crypto.Hash) []byte {
	w := h.New()
	w.Write(s.file[:s.contents.Start])
	w.Write(s.file[s.contents.End:s.end])
	return w.Sum(nil)
}

// subFilter returns a reason when the signature is of a kind that is refused.
func (s *signature) subFilter() string {
	switch s.value["SubFilter"] {
	case pdf.Name("ETSI.CAdES.detached"), pdf.Name("adbe.pkcs7.detached"), pdf.Name("ETSI.RFC3161"):
		return ""
	case pdf.Name("adbe.pkcs7.sha1"), pdf.Name("adbe.x509.rsa_sha1"):
		return cms.ReasonRefused
	}
	return "SUBFILTER_UNKNOWN"
}
