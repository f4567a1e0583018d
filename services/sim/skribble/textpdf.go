package skribble

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// Layout of a text page: A4 in points.
const (
	linesPerPage = 56
	charsPerLine = 100
	lineHeight   = 13
)

// textPDF writes lines of text as a plain PDF 1.7 of A4 pages. Characters outside Latin-1 become question marks.
func textPDF(title string, lines []string) []byte {
	rows := []string{title, ""}
	for _, l := range lines {
		rows = append(rows, wrap(l)...)
	}
	pages := slices.Collect(slices.Chunk(rows, linesPerPage))
	kids := make([]string, len(pages))
	for i := range pages {
		kids[i] = fmt.Sprintf("%d 0 R", 4+2*i)
	}
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		fmt.Sprintf("<< /Type /Pages /Kids [%s] /Count %d >>", strings.Join(kids, " "), len(pages)),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>",
	}
	for i, page := range pages {
		text := textOperators(page)
		objects = append(objects,
			fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents %d 0 R "+
				"/Resources << /Font << /F1 3 0 R >> >> >>", a4Width, a4Height, 5+2*i),
			fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(text), text))
	}
	return assemble(objects)
}

func textOperators(page []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "BT /F1 8 Tf %d TL 50 %d Td", lineHeight, a4Height-50)
	for _, row := range page {
		fmt.Fprintf(&b, " (%s) Tj T*", literal(row))
	}
	b.WriteString(" ET")
	return b.String()
}

// literal writes a string in Latin-1 with octal escapes for all that is not plain.
func literal(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '(' || r == ')' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r >= ' ' && r <= '~':
			b.WriteRune(r)
		case r >= 0xa0 && r <= 0xff:
			fmt.Fprintf(&b, `\%03o`, r)
		default:
			b.WriteByte('?')
		}
	}
	return b.String()
}

func wrap(line string) []string {
	runes := []rune(line)
	if len(runes) == 0 {
		return []string{""}
	}
	rows := []string{}
	for part := range slices.Chunk(runes, charsPerLine) {
		rows = append(rows, string(part))
	}
	return rows
}

// assemble numbers the objects from 1, the first being the catalog, and adds the cross-reference table.
func assemble(objects []string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	offsets := make([]int, len(objects))
	for i, o := range objects {
		offsets[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, at := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", at)
	}
	id := digest(b.Bytes())[:32]
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R /ID [<%s> <%s>] >>\nstartxref\n%d\n%%%%EOF\n",
		len(objects)+1, id, id, start)
	return b.Bytes()
}
