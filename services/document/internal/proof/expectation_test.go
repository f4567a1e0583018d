package proof_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/document/internal/proof"
)

// What nobody asks for is not checked, and the report says so.
func TestNothingAsked(t *testing.T) {
	w := newWorld(t)
	qes, aes, seal := w.person("Anna", "Müller", "QES"), w.person("Bob", "Roe", "AES"), w.seal()
	signed := w.sign(sent(), "client", qes)
	stamped := w.documentStamp(sent(), w.now)
	forger := newWorld(t)
	cases := []struct {
		name    string
		file    []byte
		verdict proof.Verdict
		level   string
		reason  string
	}{
		{"qualified", signed, proof.Proven, "QES", "LEVEL_PROVEN"},
		{"qualified and advanced", w.sign(signed, "second", aes), proof.Proven, "AES", "LEVEL_PROVEN"},
		{"qualified under a seal", w.sign(signed, "seal", seal), proof.Proven, "QES", "LEVEL_PROVEN"},
		{"seal", w.sign(sent(), "client", seal), proof.AttestedByProvider, "", "SEAL_ONLY"},
		{"unknown issuer", forger.sign(sent(), "client", forger.person("Anna", "Müller", "QES")), proof.Indeterminate, "", "ISSUER_UNKNOWN"},
		{"one of two issuers unknown", forger.sign(signed, "second", forger.person("Bob", "Roe", "QES")), proof.Indeterminate, "", "LEVEL_UNDECIDED"},
		{"only a document timestamp", stamped, proof.Failed, "", "ONLY_TIMESTAMPS"},
		{"not signed", sent(), proof.Failed, "", "NO_SIGNATURE"},
		{"empty", []byte{}, proof.Failed, "", "FILE_MALFORMED"},
		{"a web page", []byte("<!DOCTYPE html><title>Contract</title>"), proof.Failed, "", "FILE_MALFORMED"},
		{"cut off", signed[:len(signed)/2], proof.Failed, "", "FILE_MALFORMED"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := w.verify(proof.Request{Signed: c.file, Now: w.now})
			expect(t, r, c.verdict, c.reason)
			if r.Level != c.level {
				t.Errorf("level %q, want %q", r.Level, c.level)
			}
		})
	}
	var skipped []proof.Check
	for _, f := range w.verify(proof.Request{Signed: signed, Now: w.now}).Findings {
		if f.Reason == "NOT_ASKED" && f.Outcome == proof.CheckNotApplicable {
			skipped = append(skipped, f.Check)
		}
	}
	want := []proof.Check{proof.CheckCount, proof.CheckSentContent, proof.CheckSigners}
	if diff := cmp.Diff(want, skipped); diff != "" {
		t.Errorf("skipped (-want +got):\n%s", diff)
	}
}

// Each expectation can be held against the file by itself.
func TestOneThingAsked(t *testing.T) {
	w := newWorld(t)
	signed := w.documentStamp(w.sign(sent(), "client", w.person("Anna", "Müller", "QES")), w.now)
	cases := []struct {
		name    string
		ask     func(*proof.Request)
		verdict proof.Verdict
		reason  string
	}{
		{"count", func(r *proof.Request) { r.SignatureCount = 1 }, proof.Proven, "COUNT_MATCHES"},
		{"wrong count", func(r *proof.Request) { r.SignatureCount = 2 }, proof.Failed, "COUNT_DIFFERS"},
		{"document sent", func(r *proof.Request) { r.Sent = sent() }, proof.Proven, "SENT_BYTES_KEPT"},
		{"other document", func(r *proof.Request) { r.Sent = write(contract("999")) }, proof.Failed, "PAGE_CONTENT_DIFFERS"},
		{"empty document", func(r *proof.Request) { r.Sent = []byte{} }, proof.Indeterminate, "SENT_DOCUMENT_UNREADABLE"},
		{"level", func(r *proof.Request) { r.Level = "QES" }, proof.Proven, "LEVEL_PROVEN"},
		{"level under another law", func(r *proof.Request) { r.Level, r.Legislation = "QES", "ZERTES" }, proof.Proven, "LEVEL_PROVEN"},
		{"whole name", func(r *proof.Request) { r.Signers = []proof.Signer{{Name: "Anna Mueller"}} }, proof.Proven, "EVERY_SIGNER_NAMED"},
		{"whole name twice over", func(r *proof.Request) { r.Signers = []proof.Signer{{Name: "Anna Anna"}} }, proof.Indeterminate, "UNEXPECTED_SIGNER"},
		{"someone else", func(r *proof.Request) { r.Signers = []proof.Signer{{Name: "Bob Roe"}} }, proof.Indeterminate, "UNEXPECTED_SIGNER"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			request := proof.Request{Signed: signed, Now: w.now}
			c.ask(&request)
			expect(t, w.verify(request), c.verdict, c.reason)
		})
	}
}
