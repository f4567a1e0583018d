package document_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	"github.com/countersign/countersign/services/document"
)

// scrub returns the findings as lines, in order.
func scrub(t *testing.T, data string) ([]string, document.Tally) {
	t.Helper()
	var lines []string
	watched := int64(0)
	tally, err := document.Scrub(t.Context(), document.Config{}, data, func(f document.Finding) {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %s", f.Problem, f.Key, strings.Join(f.Documents, ","))))
	}, func(now document.Tally) { watched = now.Objects })
	if err != nil {
		t.Fatal(err)
	}
	if watched != tally.Objects {
		t.Errorf("%d objects watched of %d", watched, tally.Objects)
	}
	slices.Sort(lines)
	return lines, tally
}

// upload archives a small PDF; the number makes it another one.
func upload(t *testing.T, client documentv1.DocumentServiceClient, request string, number int) *documentv1.Document {
	t.Helper()
	stream, err := client.CreateDocument(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []*documentv1.CreateDocumentRequest{
		{Part: &documentv1.CreateDocumentRequest_Header_{Header: &documentv1.CreateDocumentRequest_Header{
			Kind: documentv1.Document_KIND_UPLOADED, Title: "Offer", FileName: "offer.pdf", RequestId: request,
		}}},
		{Part: &documentv1.CreateDocumentRequest_Chunk{Chunk: minimalPDF(number)}},
	} {
		if err := stream.Send(part); err != nil {
			t.Fatal(err)
		}
	}
	answer, err := stream.CloseAndRecv()
	if err != nil {
		t.Fatal(err)
	}
	return answer.GetDocument()
}

// minimalPDF is a whole PDF of one empty page.
func minimalPDF(number int) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%%PDF-1.7\n%% %d\n", number)
	var at []int
	for i, object := range []string{
		"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> >>",
	} {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 4\n0000000000 65535 f \n")
	for _, offset := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", start)
	return b.Bytes()
}

func TestAScrubNamesWhatIsWrongBesideARunningServer(t *testing.T) {
	data := t.TempDir()
	client, stop := run(t, document.Config{}, data)
	defer stop()
	key := func(d *documentv1.Document) string { return "sha256/" + d.GetSha256()[:2] + "/" + d.GetSha256() }
	path := func(key string) string { return filepath.Join(data, "archive", filepath.FromSlash(key)) }
	var all []*documentv1.Document
	size := int64(0)
	for i := range 6 {
		all = append(all, upload(t, client, fmt.Sprint("r-", i), i))
		size += all[i].GetSizeBytes()
	}
	twin := upload(t, client, "r-twin", 1) // another document with the same content
	lines, tally := scrub(t, data)
	if len(lines) != 0 || !tally.Sound() || tally.Objects != 7 || tally.Bytes != size {
		t.Fatalf("a sound archive: %q, %+v", lines, tally)
	}

	content := must(os.ReadFile(path(key(all[0]))))(t)
	content[len(content)/2] ^= 1
	shared := []string{all[1].GetName(), twin.GetName()}
	slices.Sort(shared)
	stray := strings.Repeat("ab", 32)
	want := []string{
		"DAMAGED " + key(all[0]) + " " + all[0].GetName(),
		"MISSING  " + strings.Join(shared, ","),
		"MISPLACED note.txt", "MISPLACED sha256/zz/" + all[2].GetSha256(),
		"DAMAGED sha256/ab/" + stray, "UNKNOWN sha256/ab/" + stray, "UNKNOWN sha256/ab/.put-1",
	}
	for name, bytes := range map[string][]byte{
		key(all[0]): content, "note.txt": nil, "sha256/zz/" + all[2].GetSha256(): nil, "sha256/ab/" + stray: nil,
		"sha256/ab/.put-1": nil, "sha256/ab/.put-under-way": nil,
	} {
		file(t, path(name), string(bytes))
	}
	age(t, path("sha256/ab/.put-1"))
	if err := os.Remove(path(key(all[1]))); err != nil {
		t.Fatal(err)
	}
	lines, tally = scrub(t, data)
	slices.Sort(want)
	if diff := cmp.Diff(want, lines); diff != "" || tally.Sound() || tally.Objects != 5 {
		t.Errorf("%s%+v", diff, tally)
	}
	if diff := cmp.Diff(map[document.Problem]int{
		document.Damaged: 2, document.Missing: 1, document.Misplaced: 2, document.Unknown: 2,
	}, tally.Findings); diff != "" {
		t.Error(diff)
	}
}

// age makes a file one that nobody has written for a while.
func age(t *testing.T, path string) {
	t.Helper()
	then := time.Now().Add(-10 * time.Minute)
	if err := os.Chtimes(path, then, then); err != nil {
		t.Fatal(err)
	}
}

func TestAnUploadThatEndsUnderTheScrubIsNoFinding(t *testing.T) {
	data := t.TempDir()
	client, stop := run(t, document.Config{}, data)
	defer stop()
	for i := range 8 { // more than are read at once, so that one is read before the list's last is looked at
		upload(t, client, fmt.Sprint("r-", i), i)
	}
	last := filepath.Join(data, "archive", "sha256", "zz", ".put-1")
	file(t, last, "")
	age(t, last)
	tally, err := document.Scrub(t.Context(), document.Config{}, data,
		func(f document.Finding) { t.Errorf("%s %s", f.Problem, f.Key) },
		func(document.Tally) { _ = os.Remove(last) })
	if err != nil || tally.Objects != 9 {
		t.Errorf("%+v, %v", tally, err)
	}
}

func TestWhatNobodyRefersToIsAWarning(t *testing.T) {
	data := t.TempDir()
	client, stop := run(t, document.Config{}, data)
	d := upload(t, client, "r-1", 1)
	stop()
	from, to := t.TempDir(), filepath.Join("sha256", d.GetSha256()[:2], d.GetSha256())
	_, stop = run(t, document.Config{}, from)
	stop()
	file(t, filepath.Join(from, "archive", to), string(must(os.ReadFile(filepath.Join(data, "archive", to)))(t)))
	lines, tally := scrub(t, from)
	if !cmp.Equal(lines, []string{"UNKNOWN " + filepath.ToSlash(to)}) || !tally.Sound() {
		t.Errorf("%q, %+v", lines, tally)
	}
}

func TestAScrubThatCannotFinishFails(t *testing.T) {
	quiet := func(document.Finding) {}
	if _, err := document.Scrub(t.Context(), document.Config{}, t.TempDir(), quiet, func(document.Tally) {}); err == nil {
		t.Error("without a database")
	}
	data := t.TempDir()
	client, stop := run(t, document.Config{}, data)
	upload(t, client, "r-1", 1)
	stop()
	elsewhere := filepath.Join(t.TempDir(), "nowhere")
	moved := document.Config{Archive: "file://" + elsewhere}
	if _, err := document.Scrub(t.Context(), moved, data, quiet, func(document.Tally) {}); err == nil || !strings.Contains(err.Error(), elsewhere) {
		t.Errorf("without an archive: %v", err)
	}
	if _, err := os.Stat(elsewhere); !os.IsNotExist(err) {
		t.Errorf("a scrub made an archive: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := document.Scrub(ctx, document.Config{}, data, quiet, func(document.Tally) {}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if err := os.Mkdir(filepath.Join(data, "archive", "sha256", "00"), 0o700); err != nil && !os.IsExist(err) {
		t.Fatal(err)
	}
	for i := range 150 { // names of nothing: what cannot be read is not damaged
		name := fmt.Sprintf("00%062x", i)
		if err := os.Symlink("/proc/self/mem", filepath.Join(data, "archive", "sha256", "00", name)); err != nil {
			t.Fatal(err)
		}
	}
	unreadable := 0
	_, err := document.Scrub(t.Context(), document.Config{}, data, func(f document.Finding) {
		if f.Problem == document.Unreadable {
			unreadable++
		}
	}, func(document.Tally) {})
	if err == nil || unreadable < 100 || unreadable > 110 {
		t.Errorf("%d unreadable, %v", unreadable, err)
	}
}
