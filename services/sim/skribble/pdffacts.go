package skribble

import (
	"bytes"
	"compress/zlib"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"

	"github.com/countersign/countersign/services/sim/pdfsign"
)

// maxInflated bounds what is read out of a file's compressed object streams, in bytes.
const maxInflated = 16 << 20

// a4 is the page size assumed where a file hides its own, in points.
const (
	a4Width  = 595
	a4Height = 842
)

// pdfFacts is what the vendor tells about an uploaded file.
type pdfFacts struct {
	pages         int
	width, height float64 // of the first page, in points
	fields        []string
}

// inspect refuses what the vendor calls unreadable: no PDF, cut off, or encrypted. Page count and size come from the
// first plain or compressed object that tells them; they are information, nothing is decided by them but the bounds of
// a page number.
func inspect(pdf []byte) (pdfFacts, error) {
	fields, err := pdfsign.Fields(pdf)
	if err != nil {
		return pdfFacts{}, unreadable()
	}
	f := pdfFacts{width: a4Width, height: a4Height, fields: fields}
	text := slices.Concat(pdf, inflateObjects(pdf))
	f.pages = max(countPages(text), 1)
	box := regexp.MustCompile(`/MediaBox\s*\[\s*([-+\d.]+)\s+([-+\d.]+)\s+([-+\d.]+)\s+([-+\d.]+)\s*\]`)
	if m := box.FindSubmatch(text); m != nil {
		w, h := number(m[3])-number(m[1]), number(m[4])-number(m[2])
		if w > 0 && h > 0 && w <= 14400 && h <= 14400 {
			f.width, f.height = w, h
		}
	}
	return f, nil
}

// countPages takes the largest count of a page tree node, which is the root's.
func countPages(text []byte) int {
	pages := 0
	for _, pattern := range []string{
		`/Type\s*/Pages\b[^>]*?/Count\s+(\d{1,6})`, `/Count\s+(\d{1,6})[^<>]*?/Type\s*/Pages\b`,
	} {
		for _, m := range regexp.MustCompile(pattern).FindAllSubmatch(text, 1000) {
			pages = max(pages, int(number(m[1])))
		}
	}
	return pages
}

// inflateObjects returns the text of the object streams, where files since PDF 1.5 may keep their page objects.
func inflateObjects(pdf []byte) []byte {
	var text bytes.Buffer
	start := regexp.MustCompile(`/Type\s*/ObjStm\b[^>]*?>>\s*stream\r?\n`)
	for _, at := range start.FindAllIndex(pdf, 1000) {
		z, err := zlib.NewReader(bytes.NewReader(pdf[at[1]:]))
		if err != nil {
			continue
		}
		_, _ = io.Copy(&text, io.LimitReader(z, int64(maxInflated-text.Len())))
	}
	return text.Bytes()
}

func number(b []byte) float64 {
	n, err := strconv.ParseFloat(string(b), 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
		return 0
	}
	return n
}
