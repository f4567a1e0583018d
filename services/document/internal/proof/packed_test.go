package proof_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/countersign/countersign/services/document/internal/proof"
)

// pack appends a revision whose objects, but for streams and signature values, stand in an object stream with the
// number given. A file of nothing starts a new one.
func pack(file []byte, number int, objects ...object) []byte {
	previous := ""
	if at := bytes.LastIndex(file, []byte("startxref")); at >= 0 {
		previous = "/Prev " + strings.Fields(string(file[at:]))[1]
	} else {
		file = []byte("%PDF-1.7\n")
	}
	b := bytes.NewBuffer(slices.Clone(file))
	rows := map[int][3]int{}
	var head, body strings.Builder
	n := 0
	for _, o := range objects {
		if strings.Contains(o.body, "stream\n") {
			rows[o.number] = [3]int{1, b.Len(), 0}
			fmt.Fprintf(b, "%d 0 obj\n%s\nendobj\n", o.number, o.body)
			continue
		}
		rows[o.number] = [3]int{2, number, n}
		fmt.Fprintf(&head, "%d %d ", o.number, body.Len())
		body.WriteString(o.body + "\n")
		n++
	}
	rows[number] = [3]int{1, b.Len(), 0}
	content := head.String() + "\n" + strings.TrimSuffix(body.String(), "\n")
	fmt.Fprintf(b, "%d 0 obj\n%s\nendobj\n", number, stream(fmt.Sprintf("/Type /ObjStm /N %d /First %d", n, head.Len()+1), content))
	table := number + 1
	rows[table] = [3]int{1, b.Len(), 0}
	var index, entries strings.Builder
	for k := range 100 {
		if r, ok := rows[k]; ok {
			fmt.Fprintf(&index, "%d 1 ", k)
			entries.Write([]byte{byte(r[0]), byte(r[1] >> 16), byte(r[1] >> 8), byte(r[1]), byte(r[2])})
		}
	}
	at := b.Len()
	fmt.Fprintf(b, "%d 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n", table,
		stream(fmt.Sprintf("/Type /XRef /Size 100 /W [1 3 1] /Index [%s] /Root 1 0 R %s", index.String(), previous), entries.String()), at)
	return b.Bytes()
}

// Objects in object streams are compared by what they say and not by where they stand.
func TestObjectStreams(t *testing.T) {
	w := newWorld(t)
	document := pack(nil, 40, contract("100")...)
	signed := signByHand(t, document, client(), detached, w.detached(w.person("Anna", "Müller", "QES")))
	ask := func(file []byte) proof.Report {
		return w.verify(proof.Request{Signed: file, Sent: document, Now: w.now})
	}
	expect(t, ask(signed), proof.Proven, "SENT_BYTES_KEPT")

	font, page := contract("100")[6], contract("100")[2]
	expect(t, ask(pack(signed, 60, font, page)), proof.Proven, "ONLY_PERMITTED")
	expect(t, ask(pack(signed, 40, font, page, contract("100")[0], contract("100")[1], contract("100")[3])), proof.Proven, "ONLY_PERMITTED")
	expect(t, ask(update(signed, font)), proof.Proven, "ONLY_PERMITTED")
	symbol := object{7, "<< /Type /Font /Subtype /Type1 /BaseFont /Symbol >>"}
	expect(t, ask(pack(signed, 60, symbol)), proof.Failed, "FONT_CHANGED")
	page.body = strings.Replace(page.body, "595 842", "595 400", 1)
	expect(t, ask(pack(signed, 60, page)), proof.Failed, "PAGE_CHANGED_MEDIABOX")
	// The stream may keep its number and hold something else.
	expect(t, ask(pack(signed, 40, append(contract("100")[:4:4], symbol)...)), proof.Failed, "FONT_CHANGED")
}
