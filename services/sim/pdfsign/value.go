package pdfsign

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/countersign/countersign/services/sim/pdfsign/internal/cms"
	"github.com/countersign/countersign/services/sim/pdfsign/internal/pdf"
	"github.com/countersign/countersign/services/sim/pki"
)

const (
	rangeWidth  = len("[0 4294967295 4294967295 4294967295]")
	contentsKey = "/Contents <"
	rangeKey    = "/ByteRange "
)

// value is the signature dictionary with room for a signature of size bytes. Keys are written in their order, so that
// the byte range and the contents come before any text of the caller.
func (s Signature) value(size int) pdf.Dict {
	d := pdf.Dict{
		"Type":      pdf.Name("Sig"),
		"Filter":    pdf.Name("Adobe.PPKLite"),
		"SubFilter": pdf.Name("ETSI.CAdES.detached"),
		"ByteRange": pdf.Raw(strings.Repeat(" ", rangeWidth)),
		"Contents":  pdf.Raw("<" + strings.Repeat("0", 2*size) + ">"),
		"M":         pdf.String(s.Time.UTC().Format("D:20060102150405+00'00'")),
	}
	for key, text := range map[pdf.Name]string{"Name": s.Name, "Reason": s.Reason, "Location": s.Location} {
		if text != "" {
			d[key] = pdf.Text(text)
		}
	}
	return d
}

// seal fills the room in the signature dictionary at offset: first the byte range, which is itself signed, then the
// signature.
func seal(file []byte, offset int, by *pki.Identity, stamp *cms.Stamp) error {
	object := file[offset:]
	open := offset + bytes.Index(object, []byte(contentsKey)) + len(contentsKey) - 1
	end := open + bytes.IndexByte(file[open:], '>') + 1
	extent := fmt.Sprintf("[0 %d %d %d]", open, end, len(file)-end)
	copy(object[bytes.Index(object, []byte(rangeKey))+len(rangeKey):], extent)

	hash := sha256.New()
	hash.Write(file[:open])
	hash.Write(file[end:])
	signature, err := cms.Sign([sha256.Size]byte(hash.Sum(nil)), by, stamp)
	if err != nil {
		return err
	}
	if room := file[open+1 : end-1]; hex.EncodedLen(len(signature)) <= len(room) {
		hex.Encode(room, signature)
		return nil
	}
	return fmt.Errorf("%w: the signature is larger than the room kept for it", ErrInvalid)
}
