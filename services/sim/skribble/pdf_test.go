package skribble

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"testing"
)

func plainPDF() []byte {
	return textPDF("Contract", []string{"Both sides agree."})
}

// formPDF is a page with empty signature fields of these names.
func formPDF(names ...string) []byte {
	refs, widgets := []string{}, []string{}
	for i, name := range names {
		refs = append(refs, fmt.Sprintf("%d 0 R", 4+i))
		widgets = append(widgets, fmt.Sprintf("<< /Type /Annot /Subtype /Widget /FT /Sig /T (%s) /F 4 /P 3 0 R "+
			"/Rect [50 %d 200 %d] >>", name, 100*i+50, 100*i+110))
	}
	list := strings.Join(refs, " ")
	return assemble(append([]string{
		"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [" + list + "] /SigFlags 1 >> >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Annots [" + list + "] >>",
	}, widgets...))
}

// containers returns the CMS containers of a signed PDF, oldest first.
func containers(t *testing.T, pdf []byte) [][]byte {
	t.Helper()
	list := [][]byte{}
	for _, m := range regexp.MustCompile(`/Contents\s*<([0-9A-Fa-f]{512,})>`).FindAllSubmatch(pdf, -1) {
		raw, err := hex.DecodeString(string(m[1]))
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, raw)
	}
	return list
}

func holds(container []byte, text string) bool {
	return bytes.Contains(container, []byte(text))
}
