package form_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/countersign/countersign/services/document/internal/render/form"
	"github.com/countersign/countersign/services/document/internal/render/form/formtest"
)

// refused checks that a file is refused with words.
func refused(t *testing.T, file []byte, want string) {
	t.Helper()
	_, err := form.Load(file)
	var e *form.LoadError
	if !errors.As(err, &e) || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want a *LoadError with %q", err, want)
	}
}

func TestRefusedFiles(t *testing.T) {
	const catalog, acro, page, client = "/Type/Catalog", "/NeedAppearances", "/Type/Page/", "/T(client)"
	for name, test := range map[string]struct{ at, with, want string }{
		"script":               {catalog, "/Names<</JavaScript<<>>>>" + catalog, "script"},
		"open action":          {catalog, "/OpenAction<</S/JavaScript/JS(x)>>" + catalog, "script"},
		"additional actions":   {catalog, "/AA<<>>" + catalog, "script"},
		"embedded files":       {catalog, "/Names<</EmbeddedFiles<<>>>>" + catalog, "embedded"},
		"associated files":     {catalog, "/AF[]" + catalog, "embedded"},
		"portfolio":            {catalog, "/Collection<<>>" + catalog, "embedded"},
		"layers":               {catalog, "/OCProperties<<>>" + catalog, "layers"},
		"permissions":          {catalog, "/Perms<<>>" + catalog, "signed"},
		"XFA":                  {acro, "/XFA[]" + acro, "XFA"},
		"dynamic XFA":          {catalog, "/NeedsRendering true" + catalog, "XFA"},
		"calculations":         {acro, "/CO[]" + acro, "script"},
		"no form":              {"/AcroForm", "/Else", "no form"},
		"signed":               {client, client + "/V<</Type/Sig>>", "signed"},
		"rotated":              {page, "/Rotate 90" + page, "rotated"},
		"odd rotation":         {page, "/Rotate 0.5" + page, "rotated"},
		"scaled":               {page, "/UserUnit 2" + page, "scaled"},
		"page action":          {page, "/AA<<>>" + page, "action"},
		"off the origin":       {"/MediaBox[0 0 595.28 841.89]", "/MediaBox[10 0 595.28 841.89]", "origin"},
		"cropped":              {page, "/CropBox[0 0 500 800]" + page, "cropped"},
		"no size":              {"/MediaBox[0 0 595.28 841.89]", "", "no size"},
		"huge page":            {"/MediaBox[0 0 595.28 841.89]", "/MediaBox[0 0 595.28 99999999]", "no size"},
		"unbalanced content":   {"BT /F1 14", "Q  /F1 14", "restores"},
		"link":                 {"/Subtype/Widget/FT/Sig", "/Subtype/Link  /FT/Sig", "annotation"},
		"action of a field":    {client, "/A<</S/URI/URI(http://x)>>" + client, "action"},
		"actions of a parent":  {"/T(contact)", "/AA<<>>/T(contact)", "action"},
		"hidden":               {"/F 4", "/F 6", "hidden"},
		"in a layer":           {client, "/OC<<>>" + client, "hidden"},
		"two of a name":        {"/T(client)", "/T(provider)", "two fields"},
		"dot in a name":        {client, "/T(cli.ent)", "name"},
		"no name":              {"/T(note)", "", "name"},
		"no type":              {"/FT/Tx/T(note)", "/T(note)", "type"},
		"push button":          {"/FT/Btn/T(accept)", "/FT/Btn/Ff 65536/T(accept)", "push button"},
		"password":             {"/FT/Tx/T(note)", "/FT/Tx/Ff 8192/T(note)", "password"},
		"rich text":            {"/FT/Tx/T(note)", "/FT/Tx/Ff 33554432/T(note)", "rich text"},
		"no on appearance":     {"/Yes ", "/Off ", "cannot be read"}, // a key twice
		"no appearance":        {"/AP<</N<</Yes", "/XX<</N<</Yes", "no appearance"},
		"drawing that is none": {"/Subtype/Form", "/Subtype/Image", "no drawing"},
		"flat appearance":      {"/BBox[0 0 10 10]", "/BBox[0 0 0 10]", "no size"},
		"outside the page":     {"/Rect[72 610 320 670]", "/Rect[72 610 620 670]", "its page"},
		"below the page":       {"/Rect[72 610 320 670]", "/Rect[72 -10 320 670]", "its page"},
		"no area":              {"/Rect[72 610 320 670]", "/Rect[72 610 72 670]", "no size"},
		"not numbers":          {"/Rect[72 610 320 670]", "/Rect[/a 610 72 670]", "no size"},
		"NaN":                  {"/Rect[72 610 320 670]", "/Rect[NaN 610 72 670]", "cannot be read"},
		"far away":             {"/Rect[72 610 320 670]", "/Rect[72 610 320 " + strings.Repeat("9", 300) + ".0]", "no size"},
		"rotated field":        {"/MK<</BC[0.6]>>", "/MK<</BC[0.6]/R 90>>", "rotated"},
		"colour":               {"/MK<</BC[0.6]>>", "/MK<</BC[6]>>", "colour"},
		"text colour":          {"0 0 1 rg /Helv", "0 0 NaN rg /Helv", "colour"},
		"text size":            {"/Helv 9 Tf", "/Helv 1e9 Tf", "size"},
		"infinite size":        {"/Helv 9 Tf", "/Helv Inf Tf", "size"},
		"cut appearance":       {"0 0 1 rg /Helv 9 Tf", "Tf", "default appearance"},
		"huge appearance":      {"0 0 1 rg", strings.Repeat("0 g ", 1<<18), "default appearance"},
		"alignment":            {"/Q 2", "/Q 3", "alignment"},
		"font not embedded":    {"/BaseFont/Helvetica", "/BaseFont/Arial", "not embedded"},
		"content elsewhere":    {"<</Length", "<</F(other.pdf)/Length", "outside"},
		"encrypted":            {"", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := formtest.Contract()
			if test.at == "" {
				refused(t, []byte(strings.Replace(string(f.Bytes()), "/Root", "/Encrypt<<>>/Root", 1)), "encrypted")
				return
			}
			f.Replace(test.at, test.with)
			refused(t, f.Bytes(), test.want)
		})
	}
}

func TestHostileTrees(t *testing.T) {
	parts := func(n int, one string) string { return strings.Repeat(one, n) }
	for name, test := range map[string]struct {
		spoil func(*formtest.Form)
		want  string
	}{
		"field is its own kid": {func(f *formtest.Form) {
			n := len(f.Objects) + 1
			f.Add(fmt.Sprintf("<</T(loop)/Kids[%d 0 R]>>", n))
			f.Replace("<</Fields[", fmt.Sprintf("<</Fields[%d 0 R ", n))
		}, "does not end"},
		"two fields in a circle": {func(f *formtest.Form) {
			n := len(f.Objects) + 1
			f.Add(fmt.Sprintf("<</T(a)/Kids[%d 0 R]>>", n+1))
			f.Add(fmt.Sprintf("<</T(b)/Kids[%d 0 R]>>", n))
			f.Replace("<</Fields[", fmt.Sprintf("<</Fields[%d 0 R ", n))
		}, "does not end"},
		"deep": {func(f *formtest.Form) {
			n := len(f.Objects) + 1
			for i := range 200 {
				f.Add(fmt.Sprintf("<</T(a)/Kids[%d 0 R]>>", n+i+1))
			}
			f.Add("<</T(end)/FT/Tx>>")
			f.Replace("<</Fields[", fmt.Sprintf("<</Fields[%d 0 R ", n))
		}, "does not end"},
		"one kid 100,000 times": {func(f *formtest.Form) {
			n := len(f.Objects) + 1
			f.Add("<</T(a)/Kids[" + parts(100_000, fmt.Sprintf("%d 0 R ", n+1)) + "]>>")
			f.Add("<</T(b)/FT/Tx>>")
			f.Replace("<</Fields[", fmt.Sprintf("<</Fields[%d 0 R ", n))
		}, "stands on no page"},
		"widget 100,000 times": {func(f *formtest.Form) {
			f.Replace("/Annots[", "/Annots["+parts(100_000, fmt.Sprintf("%d 0 R ", len(f.Objects))))
		}, "twice"},
		"100,000 places": {func(f *formtest.Form) { many(f, 100_000) }, "too many"},
		"501 fields":     {func(f *formtest.Form) { many(f, 501) }, "more than 500 fields"},
		"widget of no field": {func(f *formtest.Form) {
			onFirstPage(f, fmt.Sprintf("%d 0 R ", f.Add("<</Subtype/Widget/Rect[1 1 9 9]>>")))
		}, "belongs to no field"},
		"201 pages": {func(f *formtest.Form) {
			var kids strings.Builder
			for range 199 {
				fmt.Fprintf(&kids, "%d 0 R ", f.Add("<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"))
			}
			f.Replace("/Count 2/Kids[", "/Count 201/Kids["+kids.String())
		}, "200 pages"},
	} {
		t.Run(name, func(t *testing.T) {
			f := formtest.Contract()
			test.spoil(f)
			refused(t, f.Bytes(), test.want)
		})
	}
}

// onFirstPage puts annotations on the first page alone.
func onFirstPage(f *formtest.Form, widgets string) {
	i := slices.IndexFunc(f.Objects, func(o string) bool { return strings.Contains(o, "/Annots[") })
	f.Objects[i] = strings.Replace(f.Objects[i], "/Annots[", "/Annots["+widgets, 1)
}

// many adds text fields.
func many(f *formtest.Form, count int) {
	var list strings.Builder
	for i := range count {
		fmt.Fprintf(&list, "%d 0 R ", f.Add(fmt.Sprintf("<</Type/Annot/Subtype/Widget/FT/Tx/T(f%d)/Rect[1 1 9 9]>>", i)))
	}
	f.Replace("<</Fields[", "<</Fields["+list.String())
	onFirstPage(f, list.String())
}

func TestMoreThanTheBoundsIsNoForm(t *testing.T) {
	refused(t, make([]byte, form.MaxBytes+1), "bytes")
	refused(t, []byte("%PDF-1.7\n"), "cannot be read")
	refused(t, nil, "cannot be read")
}

func TestErrorsQuoteNoContent(t *testing.T) {
	f := formtest.Contract()
	f.Replace("0 0 1 rg /Helv 9 Tf", "secret words rg")
	_, err := form.Load(f.Bytes())
	if err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v", err)
	}
}
