package pdf

import (
	"fmt"
	"strings"
	"time"
)

const producer = "Countersign"

func infoDates(d Document) string {
	if d.Date.IsZero() {
		return ""
	}
	date := d.Date.UTC().Format("(D:20060102150405+00'00')")
	return "/CreationDate " + date + "/ModDate " + date
}

// xmp is the metadata packet. It says what the Info dictionary says, as PDF/A demands, and names the conformance.
func xmp(d Document) []byte {
	dates := ""
	if !d.Date.IsZero() {
		date := d.Date.UTC().Format(time.RFC3339)
		dates = fmt.Sprintf("<xmp:CreateDate>%s</xmp:CreateDate><xmp:ModifyDate>%s</xmp:ModifyDate>", date, date)
	}
	escape := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace
	return []byte("<?xpacket begin=\"\ufeff\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n" +
		`<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">` +
		`<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"` +
		` xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">` +
		`<pdfaid:part>2</pdfaid:part><pdfaid:conformance>U</pdfaid:conformance>` +
		`<dc:format>application/pdf</dc:format>` +
		`<dc:title><rdf:Alt><rdf:li xml:lang="x-default">` + escape(d.Title) + `</rdf:li></rdf:Alt></dc:title>` +
		`<dc:language><rdf:Bag><rdf:li>` + escape(d.Language) + `</rdf:li></rdf:Bag></dc:language>` +
		`<xmp:CreatorTool>` + escape(d.Creator) + `</xmp:CreatorTool>` + dates +
		`<pdf:Producer>` + producer + `</pdf:Producer>` +
		"</rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end=\"r\"?>")
}
