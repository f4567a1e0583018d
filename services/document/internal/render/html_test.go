package render

import (
	"fmt"
	"html"
	"strings"
	"testing"

	"github.com/countersign/countersign/services/document/internal/paper"
)

// sheetCSS asks a browser for the layout that flow.go makes.
const sheetCSS = `@page { size: A4; margin: 80pt 72pt;
  @top-left { content: "%s"; font: 8pt "Liberation Sans"; color: #666 }
  @bottom-right { content: "Seite " counter(page) " von " counter(pages); font: 8pt "Liberation Sans"; color: #666 } }
@page :first { @top-left { content: none } }
body { margin: 0; font: 10.5pt/14.5pt "Liberation Serif"; text-align: justify; hyphens: manual; orphans: 2; widows: 2 }
h1, h2, h3, th, .label { font-family: "Liberation Sans"; font-weight: bold; text-align: left; break-after: avoid }
h1 { font-size: 18pt; line-height: 23pt; margin: 0 0 14pt } h2 { font-size: 11pt; line-height: 15pt; margin: 15pt 0 5pt }
p { margin: 0 0 4pt } section, .item { position: relative } section { padding-left: 28pt }
.number { position: absolute; left: -28pt; white-space: nowrap } h2 .number { left: 0 } h2 { padding-left: 28pt; position: relative }
.list { padding-left: 18pt } .list .number { left: -18pt }
table { border-collapse: collapse; width: 100%%; margin: 6pt 0 10pt; font-size: 9.5pt; line-height: 13pt; text-align: left }
td, th { padding: 3pt 6pt; border-bottom: 0.5pt solid #b3b3b3; vertical-align: top } th { font-size: 8.5pt; border-bottom: 1pt solid }
.right { text-align: right } tr, .sign { break-inside: avoid }
.label, .small { font-size: 8.5pt; line-height: 13pt } .box { width: 195pt; height: 84pt; border: 0.5pt solid #8c8c8c }
.place { width: 195pt; margin-top: 24pt; border-top: 0.5pt solid #666 }
`

// page writes a contract as HTML: the same words and numbers, from the same blocks. Words break where ours do, at soft
// hyphens, for not every machine has a browser's dictionaries.
func page(t testing.TB, source Source, language string, values map[string]string) string {
	t.Helper()
	shown, err := source.Template.Show(language, values)
	if err != nil {
		t.Fatal(err)
	}
	w := &htmlWriter{roles: source.Template.Roles, language: language}
	title := html.EscapeString(replace(source.Template.Texts[language].Title, shown))
	fmt.Fprintf(w, "<!DOCTYPE html><html lang=%s><meta charset=utf-8><title>%s</title><style>"+sheetCSS+"</style><body><div>",
		language, title, title)
	w.blocks(fill(source.texts[language].blocks, shown))
	w.WriteString("</section></div>")
	return w.String()
}

type htmlWriter struct {
	strings.Builder
	roles    []paper.Role
	language string
	section  bool
}

func (w *htmlWriter) blocks(blocks []block) {
	for _, b := range blocks {
		switch b := b.(type) {
		case heading:
			w.heading(b)
		case paragraph:
			fmt.Fprintf(w, "<p>%s</p>", inlineHTML(b.text))
		case list:
			w.list(b)
		case table:
			w.table(b)
		case signatures:
			w.signatures(b)
		}
	}
}

func (w *htmlWriter) heading(h heading) {
	if h.level == 2 {
		if w.section {
			w.WriteString("</section>")
		}
		fmt.Fprintf(w, "<h2><span class=number>%s</span>%s</h2><section>", h.label, inlineHTML(h.text))
		w.section = true
		return
	}
	fmt.Fprintf(w, "<h%d>%s</h%d>", h.level, inlineHTML(h.text), h.level)
}

func (w *htmlWriter) list(l list) {
	if !l.clauses {
		w.WriteString("<div class=list>")
	}
	for _, i := range l.items {
		fmt.Fprintf(w, "<div class=item><span class=number>%s</span>", html.EscapeString(i.label))
		w.blocks(i.blocks)
		w.WriteString("</div>")
	}
	if !l.clauses {
		w.WriteString("</div>")
	}
}

func (w *htmlWriter) table(t table) {
	w.WriteString("<table>")
	for i, row := range t.rows {
		open, shut, name := "", "", "td"
		if i == 0 {
			open, shut, name = "<thead>", "</thead>", "th"
		}
		w.WriteString(open + "<tr>")
		for j, c := range row {
			class := ""
			if j < len(t.right) && t.right[j] {
				class = " class=right"
			}
			fmt.Fprintf(w, "<%s%s>%s</%s>", name, class, inlineHTML(c), name)
		}
		w.WriteString("</tr>" + shut)
	}
	w.WriteString("</table>")
}

func (w *htmlWriter) signatures(s signatures) {
	for _, signer := range s.signers {
		label := signer.role
		for _, r := range w.roles {
			if r.ID == signer.role {
				label = r.Labels[w.language]
			}
		}
		fmt.Fprintf(w, "<div class=sign><div class=label>%s</div><div class=box></div>%s<div class='place small'>%s</div></div>",
			html.EscapeString(label), inlineHTML(signer.name), phrasesOf(w.language).placeAndDate)
	}
}

func inlineHTML(spans []span) string {
	var b strings.Builder
	for _, s := range spans {
		text := html.EscapeString(s.text)
		switch {
		case s.lineBreak:
			text += "<br>"
		case s.bold:
			text = "<b>" + text + "</b>"
		case s.italic:
			text = "<i>" + text + "</i>"
		}
		b.WriteString(text)
	}
	return b.String()
}
