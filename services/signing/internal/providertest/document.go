package providertest

import (
	"bytes"
	"fmt"
	"strings"
)

// Document returns a one-page PDF 1.7 with an empty signature field of each name.
func Document(fields ...string) []byte {
	first := 5
	refs := make([]string, len(fields))
	for i := range fields {
		refs[i] = fmt.Sprintf("%d 0 R", first+i)
	}
	list := strings.Join(refs, " ")
	text := "BT /F1 12 Tf 60 760 Td (Frame agreement) Tj ET"
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [" + list + "] >> >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Annots [" + list + "]" +
			" /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Courier >> >> >> >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(text), text),
	}
	for i, name := range fields {
		left := 60 + 240*i
		objects = append(objects, fmt.Sprintf("<< /Type /Annot /Subtype /Widget /FT /Sig /T (%s) /F 4 /P 3 0 R"+
			" /Rect [%d 280 %d 340] >>", name, left, left+180))
	}
	var file bytes.Buffer
	file.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	offsets := make([]int, len(objects))
	for i, object := range objects {
		offsets[i] = file.Len()
		fmt.Fprintf(&file, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	start := file.Len()
	fmt.Fprintf(&file, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, at := range offsets {
		fmt.Fprintf(&file, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&file, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, start)
	return file.Bytes()
}
