package document_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/services/document"
	"github.com/countersign/countersign/services/document/internal/trustlist/trustlisttest"
	"github.com/countersign/countersign/services/sim/pdfsign"
	"github.com/countersign/countersign/services/sim/pki"
)

// listedPage is a page with a qualified signature and the folder of lists that name its issuer.
func listedPage(t *testing.T) (file []byte, lists string, at time.Time) {
	t.Helper()
	at = time.Now().UTC().Truncate(time.Second)
	authority := must(pki.Open(""))(t)
	anna := must(authority.Person(pki.Person{FirstName: "Anna", LastName: "Müller", Country: "FR"}, "QES", at))(t)
	unit := must(authority.TimestampUnit(at))(t)
	file = must(pdfsign.Sign(page(), pdfsign.Signature{Field: "client", Identity: anna, Time: at, Page: 1, Timestamp: unit}))(t)
	u := trustlisttest.NewUnion(t, at)
	stamps := trustlisttest.Granted(unit.Chain[0], at.AddDate(-5, 0, 0))
	stamps.Current.Kind = trustlisttest.TSA
	u.Add(u.State("FR", trustlisttest.Granted(anna.Chain[0], at.AddDate(-5, 0, 0)), stamps))
	u.Put("xx.xml", []byte("<html/>"))
	lists = t.TempDir()
	u.Write(lists)
	return file, lists, at
}

func TestVerifyWithTrustedLists(t *testing.T) {
	file, lists, at := listedPage(t)
	v := verify(t, document.VerifyRequest{Name: "contract.pdf", File: file, TrustedLists: lists, Level: "QES", At: at})
	var text strings.Builder
	if err := v.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	golden(t, "listed.txt", text.String())
	golden(t, "listed.json", string(must(json.MarshalIndent(v, "", "  "))(t))+"\n")
	if v.Verdict != "PROVEN" || v.TrustedLists == nil {
		t.Errorf("verdict %s", v.Verdict)
	}
	if without := verify(t, document.VerifyRequest{File: file, Level: "QES", At: at}); without.Verdict != "INDETERMINATE" {
		t.Errorf("without lists: %s", without.Verdict)
	}
	if late := verify(t, document.VerifyRequest{File: file, TrustedLists: lists, Level: "QES", At: at.AddDate(1, 0, 0)}); late.Verdict != "PROVEN" {
		t.Errorf("a year later: %s", late.Verdict)
	}
}

// Issuers under Swiss law are in no list: their anchors come with the lists.
func TestSwissAnchorsComeWithTheLists(t *testing.T) {
	file, anchors, at := signedPage(t)
	u := trustlisttest.NewUnion(t, at)
	request := document.VerifyRequest{File: file, TrustedLists: t.TempDir(), Level: "QES", Legislation: "ZERTES", At: at}
	u.Write(request.TrustedLists)
	if v := verify(t, request); v.Verdict != "INDETERMINATE" {
		t.Errorf("without: %s", v.Verdict)
	}
	u.Put("switzerland.pem", append([]byte("Proves: QES-ZERTES SEAL TIMESTAMP\n"), anchors...))
	u.Write(request.TrustedLists)
	if v := verify(t, request); v.Verdict != "PROVEN" || v.Level != "QES" {
		t.Errorf("with: %s %v", v.Verdict, v.Reasons)
	}
	if request.Legislation = "EIDAS"; verify(t, request).Verdict == "PROVEN" {
		t.Error("a Swiss anchor makes nothing qualified in the Union")
	}
}

func TestTrustedListsAreConfigured(t *testing.T) {
	_, lists, _ := listedPage(t)
	cfg := document.Config{TrustedLists: lists}
	if err := cfg.Check(); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	service := must(document.New(t.Context(), cfg, t.TempDir(), slog.New(slog.NewTextHandler(&log, nil))))(t)
	if err := service.Close(); err != nil {
		t.Error(err)
	}
	for _, words := range []string{"snapshot=sha256:", "lists=1 of=1 services=2 refused=1 expires=", "file=xx.xml"} {
		if !strings.Contains(log.String(), words) {
			t.Errorf("the log does not say %s: %s", words, log.String())
		}
	}
}

func TestTrustedListsThatCannotBeUsedAreRefused(t *testing.T) {
	refused(t, document.Config{TrustedLists: filepath.Join(t.TempDir(), "none")}, "document.trusted_lists", "none")
	refused(t, document.Config{TrustedLists: t.TempDir()}, "document.trusted_lists", "lotl-signers.pem")
	_, lists, _ := listedPage(t)
	swiss := file(t, filepath.Join(lists, "switzerland.pem"), "Proves: QES-ZERTES\n")
	refused(t, document.Config{TrustedLists: lists}, "document.trusted_lists", "switzerland.pem")
	file(t, swiss, "Proves: QES-ZERTES\n"+root(t))
	if err := (document.Config{TrustedLists: lists}).Check(); err != nil {
		t.Error(err)
	}
	top := filepath.Join(lists, "lotl.xml")
	file(t, top, strings.Replace(string(must(os.ReadFile(top))(t)), ">FR<", ">DE<", 1))
	refused(t, document.Config{TrustedLists: lists}, "document.trusted_lists", "lotl.xml", "does not verify")
}
