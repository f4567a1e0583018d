package pdfsign

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/sim/pdfsign/internal/pdf"
)

// object reads an object of a file; the test fails when it is not there.
func object[T pdf.Object](t *testing.T, file []byte, o pdf.Object) T {
	t.Helper()
	f, err := pdf.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	o, err = f.Resolve(o)
	if err != nil {
		t.Fatal(err)
	}
	got, ok := o.(T)
	if !ok {
		t.Fatalf("it is a %T", o)
	}
	return got
}

// Filling a field changes nothing that a verifier would take for an attack: the field gains its value, its widget an
// appearance, the form its flags, and the pages stay as they are.
func TestFillChangesOnlyTheField(t *testing.T) {
	n := newNotary(t)
	before := packed(t, contractObjects())
	after := mustSign(t, before, Signature{Field: "client", Identity: n.person, Time: n.now, Page: 1})
	for number := 1; number <= len(contractObjects()); number++ {
		ref := pdf.Ref{Number: number}
		was, is := object[pdf.Object](t, before, ref), object[pdf.Object](t, after, ref)
		switch number {
		case 5:
			was.(pdf.Dict)["SigFlags"] = int64(3)
		case 6:
			was.(pdf.Dict)["V"] = is.(pdf.Dict)["V"]
		case 8:
			was.(pdf.Dict)["AP"] = is.(pdf.Dict)["AP"]
		}
		if diff := cmp.Diff(was, is); diff != "" {
			t.Errorf("object %d: %s", number, diff)
		}
	}
	value := object[pdf.Dict](t, after, object[pdf.Dict](t, after, pdf.Ref{Number: 6})["V"])
	if value["SubFilter"] != pdf.Name("ETSI.CAdES.detached") {
		t.Errorf("the subfilter is %v", value["SubFilter"])
	}
	if got := pdf.DecodeText(value["Name"].(pdf.String)); got != "Łukasz Żółć" {
		t.Errorf("the name is %q", got)
	}
	if got, want := value["M"], pdf.String(n.now.UTC().Format("D:20060102150405+00'00'")); got != want {
		t.Errorf("the time is %v, want %v", got, want)
	}
}

func TestNewField(t *testing.T) {
	n := newNotary(t)
	for name, form := range map[string]string{
		"form in the catalog": "/AcroForm<</Fields[]/DA(/F 0 Tf)>>", "no form": "", "empty form": "/AcroForm<<>>",
	} {
		objects := []string{
			"<</Type/Catalog/Pages 2 0 R" + form + ">>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
			"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Annots 4 0 R>>", "[null]",
		}
		file := mustSign(t, classic(objects), Signature{
			Field: "Zeichnung", Identity: n.seal, Time: n.now, Page: 1, Rect: [4]float64{268, 185, 72, 100.5},
		})
		form := object[pdf.Dict](t, file, object[pdf.Dict](t, file, pdf.Ref{Number: 1})["AcroForm"])
		widget := object[pdf.Dict](t, file, object[pdf.Array](t, file, form["Fields"])[0])
		want := pdf.Dict{
			"Type": pdf.Name("Annot"), "Subtype": pdf.Name("Widget"), "FT": pdf.Name("Sig"), "F": int64(132),
			"T": pdf.String("Zeichnung"), "P": pdf.Ref{Number: 3}, "V": widget["V"], "AP": widget["AP"],
			"Rect": pdf.Array{int64(72), 100.5, int64(268), int64(185)},
		}
		if diff := cmp.Diff(want, widget); diff != "" || widget["AP"] == nil {
			t.Errorf("%s: %s", name, diff)
		}
		if form["SigFlags"] != int64(3) {
			t.Errorf("%s: the flags are %v", name, form["SigFlags"])
		}
		page := object[pdf.Dict](t, file, pdf.Ref{Number: 3})
		if annotations := page["Annots"].(pdf.Array); len(annotations) != 2 {
			t.Errorf("%s: the annotations are %v", name, annotations)
		}
		if _, err := verify(file, n.root, n.now); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestInvisibleFieldHasNoAppearance(t *testing.T) {
	n := newNotary(t)
	file := mustSign(t, classic(contractObjects()), Signature{Field: "hidden", Identity: n.seal, Time: n.now, Page: 1})
	fields := object[pdf.Dict](t, file, pdf.Ref{Number: 5})["Fields"].(pdf.Array)
	if widget := object[pdf.Dict](t, file, fields[len(fields)-1]); widget["AP"] != nil {
		t.Errorf("it has an appearance: %v", widget)
	}
}

func TestAppearanceShowsNamesWithoutHoles(t *testing.T) {
	n := newNotary(t)
	for name, want := range map[string]string{
		"Łukasz Żółć":               "(Lukasz Z\xF3lc)",
		"Zoë O’Neill (jr)":          `(Zo` + "\xEB" + ` O'Neill \(jr\))`,
		"Γιώργος":                   "(the person in the certificate)",
		"":                          "(the person in the certificate)",
		strings.Repeat("long ", 20): "(" + strings.Repeat("long ", 12) + "l...)",
	} {
		drawn := string(appearance(box{0, 0, 196, 85}, Signature{Name: name, Reason: "Contract 7", Time: n.now}).Data)
		for _, text := range []string{want, "(Digitally signed by)", n.now.UTC().Format("2006-01-02 15:04:05"), "(Contract 7)"} {
			if !strings.Contains(drawn, text) {
				t.Errorf("%q: %q is missing in\n%s", name, text, drawn)
			}
		}
	}
}

func TestPrintable(t *testing.T) {
	if a, p := len([]rune(accented)), len([]rune(plain)); a != p || len(latin) != 0x100-0xC0 {
		t.Errorf("%d letters have %d plain ones; %d widths", a, p, len(latin))
	}
	for text, want := range map[string]string{
		"ĀāČčĎďĘęĞğİıŁłŇňŐőŘřŞşȘșŤťŰűŹźŻżŽž": "AaCcDdEeGgIiLlNnOoRrSsSsTtUuZzZzZz",
		"Čapek, Dvořák & Şahin": "Capek, Dvorák & Sahin",
	} {
		if got, ok := printable(text); got != want || !ok {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	for _, text := range []string{"名", "Ω", "́", "\u202e", "🖋"} {
		if got, ok := printable(text); ok {
			t.Errorf("%q is shown as %q", text, got)
		}
	}
}

// The text of the smallest box that a vendor offers, 85 by 37 points, stays inside.
func TestAppearanceFits(t *testing.T) {
	lines := wording(Signature{Name: "Wolfeschlegelsteinhausenbergerdorff", Reason: "Ærøskøbing × ¾"})
	const width, height = 79.0, 31.0
	size := fit(lines, width, height)
	tall := 0.0
	for _, l := range lines {
		tall += l.scale * size * leading
		if wide := textWidth(l.text) * l.scale * size; wide > width+1e-9 {
			t.Errorf("a line is %.1f points wide", wide)
		}
	}
	if tall > height+1e-9 || size < 3 {
		t.Errorf("%.1f points high at a size of %.1f", tall, size)
	}
	if got := textWidth("AVx"); math.Abs(got-1.834) > 1e-9 { // from the metrics of Helvetica
		t.Errorf("the width is %v", got)
	}
}
