package render

import (
	"fmt"
	"regexp"
	"strings"

	strict "github.com/countersign/countersign/services/document/internal/pdf"
)

// content reads the marked content of a page: whatever paints must be within exactly one piece.
func (g *tagged) content(page int) {
	g.t.Helper()
	stream, _ := g.doc.Resolve(g.pages[page].Dict["Contents"]).(*strict.Stream)
	data, ok := g.doc.Decode(stream)
	if !ok {
		g.t.Fatal("no content")
	}
	tag := regexp.MustCompile(`^/(\w+)<<(.*)>>BDC$`)
	fonts := g.fonts(g.pages[page].Inherited["Resources"])
	open, artifact, id, text := false, false, 0, ""
	var font map[string]string
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSuffix(line, "\n")
		operator := line[strings.LastIndexAny(line, " ])>")+1:]
		switch m := tag.FindStringSubmatch(line); {
		case m != nil:
			if open {
				g.t.Fatalf("page %d: a piece within a piece", page+1)
			}
			open, artifact, text = true, m[1] == "Artifact", ""
			if _, err := fmt.Sscanf(m[2], "/MCID %d", &id); err != nil && !artifact {
				g.t.Fatalf("page %d: %s", page+1, line)
			}
		case line == "EMC":
			if artifact {
				g.artifacts = append(g.artifacts, text)
			} else {
				g.text[mcid{page, id}] = text
			}
			open = false
		case operator == "f" || operator == "TJ" || strings.Contains(line, " Do"):
			if !open {
				g.t.Errorf("page %d: %.60q paints outside of all tags", page+1, line)
			}
		}
		if m := regexp.MustCompile(`^/(F\d+) `).FindStringSubmatch(line); m != nil {
			font = fonts[m[1]]
		}
		if operator == "TJ" {
			for _, hex := range regexp.MustCompile(`<([0-9A-F]*)>`).FindAllStringSubmatch(line, -1) {
				for ; len(hex[1]) >= 4; hex[1] = hex[1][4:] {
					text += font[hex[1][:4]]
				}
			}
		}
	}
	if open {
		g.t.Errorf("page %d: a piece does not end", page+1)
	}
}

// fonts are the maps from codes to text.
func (g *tagged) fonts(resources strict.Object) map[string]map[string]string {
	g.t.Helper()
	fonts := map[string]map[string]string{}
	for name, font := range g.doc.Dict(g.doc.Dict(resources)["Font"]) {
		stream, _ := g.doc.Resolve(g.doc.Dict(font)["ToUnicode"]).(*strict.Stream)
		cmap, ok := g.doc.Decode(stream)
		if !ok {
			g.t.Fatal("no map to Unicode")
		}
		codes := map[string]string{}
		for _, m := range regexp.MustCompile(`<([0-9A-F]{4})><([0-9A-F]+)>\n`).FindAllStringSubmatch(string(cmap), -1) {
			codes[m[1]] = strings.ReplaceAll(decodeUTF16(m[2]), filler, "")
		}
		fonts[string(name)] = codes
	}
	return fonts
}
