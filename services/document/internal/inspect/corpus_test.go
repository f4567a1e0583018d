package inspect_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// sample is a file and what is said about it: the version and remarks as CODE@page, or the refusal.
type sample struct {
	name string
	file []byte
	want string
}

const refused = "PDF_ACTIVE_CONTENT "

// corpus is every file, the costly ones last.
func corpus() []sample { return append(cheap(), costly()...) }

// cheap files are small and quick to read.
func cheap() []sample { return slices.Concat(honest(), odd(), broken(), signed(), hidden(), acting()) }

// action is a contract with an action that nothing leads to.
func action(body string) []byte { return of("", "", "<< /Type /Action "+body+" >>") }

func honest() []sample {
	plainFile := of("", "")
	return []sample{
		{"plain", plainFile, "1.7"},
		{"object streams", packed(contract("", "")...), "1.7"},
		{"linearized", linearized(), "1.7"},
		{"two sections, one state", revised(contract("", ""), "", "", map[int]string{4: "<< >>"}), "1.7"},
		{"hybrid", hybrid(4, "<< /Title (x) >>"), "1.7"},
		{"blank lines after the end", append(bytes.Clone(plainFile), "\r\n\n \x00\n"...), "1.7"},
		{"later version in the catalog", written("1.4", "", contract("/Version /1.7", "")...), "1.7"},
		{"earlier version in the catalog", of("/Version /1.4", ""), "1.7"},
		{"2.0", written("2.0", "", contract("", "")...), "2.0"},
		{"opens at a page", of("/OpenAction [3 0 R /Fit]", ""), "1.7"},
		{"opens by going to a page", of("/OpenAction << /S /GoTo /D [3 0 R /Fit] >>", ""), "1.7"},
		{"empty tree of files", of("/Names << /EmbeddedFiles << /Names [] >> >>", ""), "1.7"},
		{"resources of any name", of("", "/Resources << /Font << /JS << /Type /Font >> /AA << /Type /Font >> /EF << >> >> >>"), "1.7"},
		{"linear link", of("", "/Annots [<< /Subtype /Link /A << /S /GoTo /D [3 0 R /Fit] >> >>]"), "1.7"},
		{"turning pages", action("/S /Named /N /NextPage"), "1.7"},
		{"structure", of("", "", "<< /Type /StructElem /S /P >>", "<< /S /Transparency /Type /Group >>"), "1.7"},
		{"locked and pushed fields", of("/AcroForm << /Fields [4 0 R 5 0 R] >>", "/Annots [4 0 R 5 0 R]",
			"<< /FT /Tx /T (a) /Ff 1 /Subtype /Widget /Rect [0 0 9 9] >>",
			"<< /FT /Btn /T (b) /Ff 65536 /Subtype /Widget /Rect [0 0 9 9] >>"), "1.7"},
		{"a bomb that nobody opens", of("", "/Contents 4 0 R", twice("", bomb(1024))), "1.7"},
	}
}

func odd() []sample {
	box := func(more string) []byte {
		return plain("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 595 842] >>",
			"<< /Type /Page /Parent 2 0 R "+more+" >>")
	}
	many := []string{"<< /Type /Catalog /Pages 2 0 R >>", ""}
	kids := ""
	for n := 3; n < 63; n++ {
		kids += fmt.Sprintf("%d 0 R ", n)
		many = append(many, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>")
	}
	many[1] = "<< /Type /Pages /Count 60 /Rotate 90 /Kids [" + kids + "] >>"
	return []sample{
		{"rotated", box("/Rotate 90"), "1.7 ROTATED_PAGE@1"},
		{"rotated back", box("/Rotate -360"), "1.7"},
		{"rotated in many places", plain(many...), "1.7 ROTATED_PAGE@0"},
		{"origin", box("/MediaBox [10 -20 605 822]"), "1.7 UNUSUAL_PAGE_BOX@1"},
		{"corners swapped", box("/MediaBox [595 842 0 0]"), "1.7"},
		{"cropped", box("/CropBox [0 0 595 800]"), "1.7 UNUSUAL_PAGE_BOX@1"},
		{"cropped to more than there is", box("/CropBox [-9 -9 900 900]"), "1.7"},
		{"unit", box("/UserUnit 2"), "1.7 USER_UNIT@1"},
		{"huge page", box("/MediaBox [0 0 595 14401]"), "1.7 PAGE_TOO_LARGE@1"},
		{"huge unit", box("/UserUnit 20"), "1.7 PAGE_TOO_LARGE@1 USER_UNIT@1"},
		{"old", written("1.5", "", contract("", "")...), "1.5 VERSION_BELOW_1_6@0"},
		{"link", of("", "/Annots [4 0 R]", "<< /Subtype /Link /A << /S /URI /URI (https://example.com) >> >>"), "1.7 EXTERNAL_LINK@1"},
		{"link in an outline", action("/S /URI /URI (mailto:a@example.com)"), "1.7 EXTERNAL_LINK@0"},
		{"text field", of("/AcroForm << /Fields [4 0 R] >>", "/Annots [4 0 R]",
			"<< /FT /Tx /T (a) /Subtype /Widget /Rect [0 0 9 9] >>"), "1.7 FORM_FIELDS@1"},
		{"field of no form", of("", "/Annots [<< /FT /Tx /T (a) /Subtype /Widget /Rect [0 0 9 9] >>]"), "1.7 FORM_FIELDS@1"},
		{"field without a place", of("/AcroForm << /Fields [4 0 R] /NeedAppearances true >>", "", "<< /FT /Tx /T (a) >>"),
			"1.7 FORM_FIELDS@0 NEED_APPEARANCES@0"},
		{"layers", of("/OCProperties << /OCGs [4 0 R] >>", "", "<< /Type /OCG /Name (a) >>"), "1.7 OPTIONAL_CONTENT@0"},
		{"hidden annotation", of("", "/Annots [<< /Subtype /Square /F 2 >>]"), "1.7 HIDDEN_ANNOTATION@1"},
		{"not viewed annotation", of("", "/Annots [<< /Subtype /Square /F 32 >>]"), "1.7 HIDDEN_ANNOTATION@1"},
		{"another image on paper", of("", "", stream("/Subtype /Image /Alternates [<< /Image 4 0 R >>]", "")), "1.7 ALTERNATE_IMAGE@0"},
		{"two states", revised(contract("", ""), "", "", map[int]string{3: contract("", "")[2]}), "1.7 INCREMENTAL_UPDATES@0"},
		{"two catalogs", revised(contract("", "", contract("", "")[0]), "/Root 4 0 R", "", nil), "1.7 INCREMENTAL_UPDATES@0"},
		{"signature field of no size", of("/AcroForm << /Fields [4 0 R] >>", "/Annots [4 0 R]",
			"<< /FT /Sig /T (a) /Subtype /Widget /Rect [0 0 0 0] >>"), "1.7 UNPLACED_SIGNATURE_FIELD@1"},
	}
}

func broken() []sample {
	plainFile := of("", "")
	tree := func(pages, page string) []byte { return plain("<< /Type /Catalog /Pages 2 0 R >>", pages, page) }
	const page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"
	cases := []sample{
		{"nothing", nil, ""},
		{"header alone", []byte("%PDF-1.7"), ""},
		{"no such version", written("3.0", "", contract("", "")...), ""},
		{"no such version in the catalog", of("/Version /9.9", ""), ""},
		{"cut", plainFile[:len(plainFile)-40], ""},
		{"something after the end", append(bytes.Clone(plainFile), "<html>"...), ""},
		{"something before the beginning", append([]byte("HTTP/1.1 200\r\n"), plainFile...), ""},
		{"no root", bytes.Replace(plainFile, []byte("/Root"), []byte("/Toor"), 1), ""},
		{"catalogs in the trailers", revised(contract("", ""), "/Root << >>", "/Root << >>", map[int]string{4: "<< >>"}), ""},
		{"wrong offset", bytes.Replace(plainFile, []byte("3 0 obj"), []byte("8 0 obj"), 1), ""},
		{"key twice", of("/Pages 3 0 R", ""), ""},
		{"unreachable and broken", of("", "", "<< /A"), ""},
		{"lying length", of("", "", "<< /Length 3 >>\nstream\nabcdefgh\nendstream"), ""},
		{"length of itself", of("", "", "<< /Length 4 0 R >>\nstream\nabc\nendstream"), ""},
		{"lying count", tree("<< /Type /Pages /Kids [3 0 R] /Count 2000000000 >>", page), ""},
		{"no page", tree("<< /Type /Pages /Kids [] /Count 0 >>", page), ""},
		{"tree loops", tree("<< /Type /Pages /Kids [2 0 R] /Count 1 >>", page), ""},
		{"page twice", tree("<< /Type /Pages /Kids [3 0 R 3 0 R] /Count 2 >>", page), ""},
		{"page of another parent", tree("<< /Type /Pages /Kids [3 0 R] /Count 1 >>", strings.Replace(page, "2 0 R", "1 0 R", 1)), ""},
		{"page and tree at once", tree("<< /Type /Pages /Kids [3 0 R] /Count 1 >>", "<< /Type /Page /Parent 2 0 R /Kids [] /Count 0 >>"), ""},
		{"page of another type", tree("<< /Type /Pages /Kids [3 0 R] /Count 1 >>", "<< /Type /Pages /Parent 2 0 R /MediaBox [0 0 9 9] >>"), ""},
		{"no box", tree("<< /Type /Pages /Kids [3 0 R] /Count 1 >>", "<< /Type /Page /Parent 2 0 R >>"), ""},
		{"crop of nothing", of("", "/CropBox [900 900 999 999]"), ""},
		{"turned a little", of("", "/Rotate 45"), ""},
		{"unit of nothing", of("", "/UserUnit 0"), ""},
		{"sections loop", linked(1, true), ""},
		{"hybrid with two places", hybrid(3, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"), ""},
		{"object stream of another number", packedAs(3, "<< >>"), ""},
		{"two signature fields of one name", of("/AcroForm << /Fields [4 0 R 5 0 R] >>", "/Annots [4 0 R 5 0 R]",
			"<< /FT /Sig /T (a) /Subtype /Widget /Rect [0 0 9 9] >>", "<< /FT /Sig /T (a) /Subtype /Widget /Rect [20 0 29 9] >>"), ""},
		{"signature field without name", of("/AcroForm << /Fields [4 0 R] >>", "/Annots [4 0 R]",
			"<< /FT /Sig /Subtype /Widget /Rect [0 0 9 9] >>"), ""},
		{"invisible name", of("/AcroForm << /Fields [4 0 R] >>", "", "<< /FT /Sig /T <FEFF202E0061> >>"), ""},
		{"form loops", of("/AcroForm << /Fields [4 0 R] >>", "", "<< /T (a) /Kids [4 0 R] >>"), ""},
		{"endless reference", of("", "/Rotate 4 0 R", "4 0 R"), ""},
	}
	for i := range cases {
		cases[i].want = "PDF_MALFORMED"
	}
	const encrypt = "/Encrypt << /Filter /Standard /V 4 /R 4 >>"
	return append(cases,
		sample{"encrypted", written("1.7", encrypt, contract("", "")...), "PDF_ENCRYPTED"},
		sample{"encrypted once", revised(contract("", ""), encrypt, "", map[int]string{4: "<< >>"}), "PDF_ENCRYPTED"},
	)
}

func signed() []sample {
	const value = "<< /Type /Sig /Filter /Adobe.PPKLite /Contents <00> >>"
	return []sample{
		{"signed", of("/AcroForm << /Fields [4 0 R] >>", "", "<< /FT /Sig /T (a) /V "+value+" >>"), "PDF_SIGNED"},
		{"value inherited", of("/AcroForm << /Fields [4 0 R] >>", "/Annots [5 0 R]",
			"<< /T (a) /V "+value+" /Kids [5 0 R] >>", "<< /T (b) /FT /Sig /Parent 4 0 R /Subtype /Widget /Rect [0 0 9 9] >>"), "PDF_SIGNED"},
		{"of no form", of("", "", "<< /ByteRange [0 1 2 3] >>"), "PDF_SIGNED"},
		{"permissions", of("/Perms << /DocMDP 4 0 R >>", "", value), "PDF_SIGNED"},
	}
}
