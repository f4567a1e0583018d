package inspect_test

import (
	"bytes"
	"fmt"
	"strings"
)

const script = "<< /S /JavaScript /JS (app.alert\\(1\\)) >>"

// hidden is a script in all places where one can be.
func hidden() []sample {
	field := "<< /FT /Tx /T (a) /AA << /K 5 0 R >> >>"
	cases := []sample{
		{"unreachable", of("", "", script), ""},
		{"packed", packed(contract("", "", script)...), ""},
		{"escaped", of("", "", "<< /#53 /Java#53cript /J#53 (x) >>"), ""},
		{"type elsewhere", of("", "", "<< /S 5 0 R >>", "/JavaScript"), ""},
		{"type far elsewhere", of("", "", "<< /S 5 0 R >>", "6 0 R", "/JavaScript"), ""},
		{"without type", of("", "", "<< /JS (x) >>"), ""},
		{"as a stream", of("", "", "<< /JS 5 0 R >>", stream("", "x")), ""},
		{"in an array", of("", "", "[[[ "+script+" ]]]"), ""},
		{"in a stream's dictionary", of("", "", stream("/X "+script, "")), ""},
		{"opening", of("/OpenAction "+script, ""), ""},
		{"of the catalog", of("/AA << /WC "+script+" >>", ""), ""},
		{"of the page", of("", "/AA << /O 4 0 R >>", script), ""},
		{"of an annotation", of("", "/Annots [<< /Subtype /Link /A "+script+" >>]"), ""},
		{"of an annotation without a click", of("", "/Annots [<< /Subtype /Link /AA << /E "+script+" >> >>]"), ""},
		{"of a field", of("/AcroForm << /Fields [4 0 R] >>", "", field, script), ""},
		{"chained", action("/S /GoTo /D [3 0 R /Fit] /Next [<< /S /GoTo /Next " + script + " >>]"), ""},
		{"named", of("/Names << /JavaScript << /Names [(a) 4 0 R] >> >>", "", "<< >>"), ""},
		{"named deeply", of("/Names << /JavaScript << /Kids [4 0 R] >> >>", "", "<< /Names [] >>"), ""},
		{"rendition", action("/S /Rendition /JS (x)"), ""},
		{"link", action("/S /URI /URI ( JavaScript:alert)"), ""},
		{"only for new readers", hybrid(4, script), ""},
	}
	for i := range cases {
		cases[i].name, cases[i].want = "script "+cases[i].name, refused+"JAVASCRIPT"
	}
	return cases
}

func acting() []sample {
	annotation := func(subtype string) []byte { return of("", "/Annots [<< /Subtype /"+subtype+" /Rect [0 0 9 9] >>]") }
	return []sample{
		{"launch", action("/S /Launch /F (a.exe)"), refused + "LAUNCH_ACTION"},
		{"launch by link", action("/S /URI /URI (FILE:///a.exe)"), refused + "LAUNCH_ACTION"},
		{"XFA", of("/AcroForm << /XFA 4 0 R >>", "", stream("", "<xdp/>")), refused + "XFA"},
		{"XFA in parts", of("/AcroForm << /XFA [(a) 4 0 R] >>", "", stream("", "<xdp/>")), refused + "XFA"},
		{"XFA drawn late", of("/NeedsRendering true", ""), refused + "XFA"},
		{"file", of("", "", "<< /Type /Filespec /EF << /F 5 0 R >> >>", stream("", "x")), refused + "EMBEDDED_FILE"},
		{"file's bytes", of("", "", stream("/Type /EmbeddedFile", "x")), refused + "EMBEDDED_FILE"},
		{"files", of("/Names << /EmbeddedFiles << /Names [(a) << >>] >> >>", ""), refused + "EMBEDDED_FILE"},
		{"attached", annotation("FileAttachment"), refused + "EMBEDDED_FILE"},
		{"rich media", annotation("RichMedia"), refused + "RICH_MEDIA"},
		{"rich media runs", action("/S /RichMediaExecute"), refused + "RICH_MEDIA"},
		{"movie", annotation("Movie"), refused + "MOVIE"},
		{"screen", annotation("Screen"), refused + "MOVIE"},
		{"sound", annotation("Sound"), refused + "SOUND"},
		{"sound plays", action("/S /Sound"), refused + "SOUND"},
		{"3D", annotation("3D"), refused + "3D"},
		{"submit", action("/S /SubmitForm"), refused + "SUBMIT_FORM"},
		{"import", action("/S /ImportData"), refused + "IMPORT_DATA"},
		{"reset", action("/S /ResetForm"), refused + "RESET_FORM"},
		{"hide", action("/S /Hide"), refused + "HIDE_ACTION"},
		{"layer", action("/S /SetOCGState"), refused + "LAYER_ACTION"},
		{"remote", action("/S /GoToR /F (b.pdf)"), refused + "GOTO_REMOTE"},
		{"remote thread", action("/S /Thread /F (b.pdf)"), refused + "GOTO_REMOTE"},
		{"embedded", action("/S /GoToE"), refused + "GOTO_EMBEDDED"},
		{"named", action("/S /Named /N /SaveAs"), refused + "NAMED_ACTION"},
		{"opens a site", of("/OpenAction << /S /URI /URI (https://example.com) >>", ""), refused + "OPEN_ACTION"},
		{"opens a site in the end", of("/OpenAction << /S /GoTo /Next << /S /URI /URI (https://example.com) >> >>", ""),
			refused + "OPEN_ACTION"},
		{"site without a click", of("", "/AA << /O << /S /URI /URI (https://example.com) >> >>"), refused + "ADDITIONAL_ACTION"},
		{"content elsewhere", of("", "/Contents 4 0 R", stream("/F (b.txt)", "")), refused + "EXTERNAL_DATA"},
		{"page elsewhere", of("", "", stream("/Subtype /Form /Ref << /F (b.pdf) /Page 0 >>", "")), refused + "EXTERNAL_DATA"},
		{"PostScript", of("", "", stream("/Type /XObject /Subtype /PS", "")), refused + "POSTSCRIPT"},
		{"the worst of several", of("", "", "<< /S /GoToR >>", "<< /S /Launch >>", "<< /S /Hide >>"), refused + "LAUNCH_ACTION"},
	}
}

// costly files are small for what they ask for, or ask for more than a contract ever needs.
func costly() []sample {
	objects := contract("", "")
	for len(objects) < 200_000 {
		objects = append(objects, "<< >>")
	}
	row := strings.Repeat("0 ", 1<<20)
	chain := "<< /S /GoTo /Next [6 0 R 6 0 R] >>"
	cases := []sample{
		{"200,000 objects", plain(objects...), ""},
		{"200,000 packed objects", packed(objects...), ""},
		{"200,000 arrays in each other", of("", "", strings.Repeat("[", 200_000)+strings.Repeat("]", 200_000)), ""},
		{"200,000 dictionaries in each other", of("", "", strings.Repeat("<< /A ", 200_000)+"0"+strings.Repeat(" >>", 200_000)), ""},
		{"object stream of 1 GiB", packedAs(3, twice("/Type /ObjStm /N 3 /First 20", bomb(1024))), ""},
		{"cross-reference stream of 1 GiB", sectionOf("/W [1 4 4]", twice, bomb(1024)), ""},
		{"cross-reference rows without end", rows(400), ""},
		{"4 million numbers", of("", "", "["+row+row+row+row+"]"), ""},
		{"a million dictionaries", of("", "", "["+strings.Repeat("<</A 0>>", 1<<20)+"]"), ""},
		{"24 MiB of spaces", of("", "", strings.Repeat(" ", 24<<20)), ""},
		{"24 MiB of comment", of("", "", "%"+strings.Repeat("x", 24<<20)+"\n<< >>"), ""},
		{"24 MiB of string", of("", "", "("+strings.Repeat("x", 24<<20)+")"), ""},
		{"40,000 objects in one place", overlapping(), ""},
		{"600 sections", linked(600, false), "PDF_MALFORMED"},
		{"actions that double", of("/OpenAction 4 0 R", "", "<< /S /GoTo /Next [5 0 R 5 0 R] >>", chain,
			strings.ReplaceAll(chain, "6", "7"), strings.ReplaceAll(chain, "6", "8"), strings.ReplaceAll(chain, "6", "9"),
			strings.ReplaceAll(chain, "6", "4")), ""},
		{"5,000 object streams", packs(5_000), ""},
		{"many object streams", packs(1_000), "1.7"},
		{"annotations that all pages share", shared(), ""},
		{"a widget of two fields", of("/AcroForm << /Fields [4 0 R 5 0 R] >>", "", "<< /FT /Tx /T (a) /Kids [6 0 R] >>",
			"<< /FT /Tx /T (b) /Kids [6 0 R] >>", "<< /Subtype /Widget >>"), "PDF_MALFORMED"},
		{"triggers that all objects share", triggers(), ""},
		{"3,000 fields", fieldsOf(3_000), ""},
	}
	for i := range cases {
		if cases[i].want == "" {
			cases[i].want = "PDF_TOO_COMPLEX"
		}
	}
	return cases
}

// sectionOf is a file whose cross-reference stream is made by encode.
func sectionOf(dict string, encode func(string, []byte) string, content []byte) []byte {
	w := newWriter("1.7")
	at := w.Len()
	w.object(1, encode("/Type /XRef /Size 40000 /Root 1 0 R "+dict, content))
	fmt.Fprintf(w, "startxref\n%d\n%%%%EOF\n", at)
	return w.Bytes()
}

// rows chains n sections that each list 40,000 objects in a few bytes.
func rows(n int) []byte {
	w, previous := newWriter("1.7"), ""
	packed := string(deflate(make([]byte, 40_000)))
	at := 0
	for range n {
		at = w.Len()
		w.object(1, stream("/Type /XRef /Size 40000 /Root 1 0 R /W [0 1 0] /Filter /FlateDecode "+previous, packed))
		previous = fmt.Sprintf("/Prev %d", at)
	}
	fmt.Fprintf(w, "startxref\n%d\n%%%%EOF\n", at)
	return w.Bytes()
}

// overlapping lets 40,000 objects begin one after the other before the same mebibyte of comment.
func overlapping() []byte {
	w := newWriter("1.7")
	for i, body := range contract("", "") {
		w.object(i+1, body)
	}
	for n := 4; n < 40_000; n++ {
		w.offsets[n] = w.Len()
		fmt.Fprintf(w, "%d 0 obj %%", n)
	}
	w.WriteString(strings.Repeat("x", 1<<20) + "\n<< >>\nendobj\n")
	w.table("")
	return w.Bytes()
}

// packs puts each of n objects into an object stream of its own.
func packs(n int) []byte {
	w := newWriter("1.7")
	for i, body := range contract("", "") {
		w.object(i+1, body)
	}
	var listed []byte
	for i := range n {
		w.object(4+i, flated(fmt.Sprintf("/Type /ObjStm /N 1 /First %d", len(fmt.Sprint(4+n+i))+3), fmt.Appendf(nil, "%d 0 << >>", 4+n+i)))
	}
	at := w.Len()
	for i := 1; i < 4+n; i++ {
		listed = append(listed, row(1, w.offsets[i], 0)...)
	}
	for i := range n {
		listed = append(listed, row(2, 4+i, 0)...)
	}
	w.object(4+2*n, flated(fmt.Sprintf("/Type /XRef /Size %d /Index [1 %d] /W [1 4 4] /Root 1 0 R", 4+2*n, 3+2*n), listed))
	fmt.Fprintf(w, "startxref\n%d\n%%%%EOF\n", at)
	return w.Bytes()
}

// shared lets 5,000 pages show the same 5,000 annotations.
func shared() []byte {
	objects := []string{"<< /Type /Catalog /Pages 2 0 R >>", "", "[" + strings.Repeat("4 0 R ", 5000) + "]", "<< /Subtype /Square >>"}
	kids := ""
	for n := 5; n < 5005; n++ {
		kids += fmt.Sprintf("%d 0 R ", n)
		objects = append(objects, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Annots 3 0 R >>")
	}
	objects[1] = "<< /Type /Pages /Count 5000 /Kids [" + kids + "] >>"
	return plain(objects...)
}

// triggers lets 30,000 objects be triggered by the same 10,000 harmless actions.
func triggers() []byte {
	actions := ""
	for n := range 10_000 {
		actions += fmt.Sprintf("/A%d 0 ", n)
	}
	objects := append(contract("", ""), "<< "+actions+" >>")
	for len(objects) < 30_000 {
		objects = append(objects, "<< /AA 4 0 R >>")
	}
	return plain(objects...)
}

func fieldsOf(n int) []byte {
	var refs, kids bytes.Buffer
	objects := contract("", "")
	for number := 4; number < n+4; number++ {
		fmt.Fprintf(&refs, "%d 0 R ", number)
		fmt.Fprintf(&kids, "%d 0 R ", number)
		objects = append(objects, fmt.Sprintf("<< /FT /Sig /T (f%d) >>", number))
	}
	objects[0] = "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [" + refs.String() + "] >> >>"
	return plain(objects...)
}
