package proof_test

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/services/document/internal/proof"
	"github.com/countersign/countersign/services/document/internal/proof/cms/cmstest"
	"github.com/countersign/countersign/services/document/internal/trustlist"
	"github.com/countersign/countersign/services/document/internal/trustlist/trustlisttest"
)

// longAgo is a time long before any certificate of the tests was issued.
func longAgo() time.Time { return time.Date(2017, time.January, 1, 0, 0, 0, 0, time.UTC) }

// listed is a service of one authority, for signatures and granted for long; change makes it another.
func listed(authority *x509.Certificate, change func(*trustlisttest.Service)) trustlisttest.Service {
	s := trustlisttest.Granted(authority, longAgo())
	if change != nil {
		change(&s)
	}
	return s
}

func stamping(s *trustlisttest.Service) { s.Current.Kind = trustlisttest.TSA }

// since makes a granted service have another status since a time.
func since(status string, at time.Time) func(*trustlisttest.Service) {
	return func(s *trustlisttest.Service) {
		s.History = []trustlisttest.Period{s.Current}
		s.Current.Status, s.Current.Start = trustlisttest.Status+status, at
	}
}

// asking returns a verifier that trusts anchors, given in PEM or empty, and the list of one state.
func (w *world) asking(anchors string, union func(*trustlisttest.Union), services ...trustlisttest.Service) *proof.Verifier {
	w.tb.Helper()
	u := trustlisttest.NewUnion(w.tb, w.now)
	if union != nil {
		union(u)
	}
	u.Add(u.State("FR", services...))
	var trusted proof.Anchors
	if anchors != "" {
		trusted = must(proof.NewAnchors([]byte(anchors)))(w.tb)
	}
	return proof.New(trusted, proof.Options{Lists: must(trustlist.Load(u.Folder()))(w.tb)})
}

func TestTrustedListsProve(t *testing.T) {
	w := newWorld(t)
	by := w.person("Anna", "Müller", "QES")
	request := w.request(w.sign(sent(), "client", by))
	verifier := w.asking("", nil, listed(by.Chain[0], nil), listed(w.tsa.Chain[0], stamping))
	r := verifier.Verify(t.Context(), request)
	expect(t, r, proof.Proven, "SERVICE_GRANTED")
	if r.Level != "QES" || r.Signatures[0].TrustService != "CA/QC granted" || !strings.HasPrefix(r.TrustedLists, "sha256:") {
		t.Errorf("level %q by %q of %q", r.Level, r.Signatures[0].TrustService, r.TrustedLists)
	}
	if !slices.ContainsFunc(r.Deciding(), func(f proof.Finding) bool { return f.Check == proof.CheckTrustedLists }) {
		t.Error("the verdict does not rest on the lists")
	}
	order := []proof.Check{r.Findings[len(r.Findings)-2].Check, r.Findings[len(r.Findings)-1].Check}
	if !slices.Equal(order, []proof.Check{proof.CheckTrustedLists, proof.CheckLevel}) {
		t.Errorf("the checks end with %v", order)
	}

	without := proof.New(proof.Anchors{}, proof.Options{}).Verify(t.Context(), request)
	expect(t, without, proof.Indeterminate, "NO_TRUSTED_LISTS")
	expect(t, w.trusting("").Verify(t.Context(), request), proof.AttestedByProvider, "NO_TRUSTED_LISTS")
	if without.TrustedLists != "" || without.Signatures[0].TrustService != "" {
		t.Errorf("no list was asked: %q, %q", without.TrustedLists, without.Signatures[0].TrustService)
	}
}

func TestTrustedListsDecide(t *testing.T) {
	w := newWorld(t)
	by, seal := w.person("Anna", "Müller", "QES"), w.seal()
	ca, tsa := by.Chain[0], listed(w.tsa.Chain[0], stamping)
	signed, sealed := w.sign(sent(), "client", by), w.sign(sent(), "client", seal)
	root, declared := string(w.pki.RootPEM()), "Proves: QES-EIDAS TIMESTAMP\n"+string(w.pki.RootPEM())
	sealsOnly := func(s *trustlisttest.Service) { s.Current.Extensions = trustlisttest.Additional("ForeSeals") }
	notQualified := func(s *trustlisttest.Service) {
		s.Current.Extensions += trustlisttest.Qualified(`<q:CriteriaList assert="all"><q:KeyUsage><q:KeyUsageBit name="nonRepudiation">true</q:KeyUsageBit></q:KeyUsage></q:CriteriaList>`, "NotQualified")
	}
	expired := func(u *trustlisttest.Union) { u.Lists.NextUpdate = w.now.Add(-time.Second) }
	missing := func(u *trustlisttest.Union) { u.Pin("DE", trustlisttest.NewSigner(t)) }
	cases := []struct {
		name, anchors string
		union         func(*trustlisttest.Union)
		services      []trustlisttest.Service
		spoil         func(*proof.Request)
		verdict       proof.Verdict
		reason        string
		level         string // what LEVEL says
	}{
		{"an anchor above the service", root, nil, []trustlisttest.Service{listed(ca, nil)}, nil, proof.Proven, "SERVICE_GRANTED", "LEVEL_PROVEN"},
		{"withdrawn before", "", nil, []trustlisttest.Service{listed(ca, since("withdrawn", w.now.Add(-time.Hour))), tsa}, nil, proof.Failed, "SERVICE_NOT_GRANTED", "LEVEL_TOO_LOW"},
		{"withdrawn before, an anchor above it", root, nil, []trustlisttest.Service{listed(ca, since("withdrawn", w.now.Add(-time.Hour)))}, nil, proof.Failed, "SERVICE_NOT_GRANTED", "LEVEL_TOO_LOW"},
		{"withdrawn at that instant", root, nil, []trustlisttest.Service{listed(ca, since("withdrawn", w.now))}, nil, proof.Failed, "SERVICE_NOT_GRANTED", "LEVEL_TOO_LOW"},
		{"withdrawn a second later", root, nil, []trustlisttest.Service{listed(ca, since("withdrawn", w.now.Add(time.Second)))}, nil, proof.Proven, "SERVICE_GRANTED", "LEVEL_PROVEN"},
		{"granted after it issued", root, nil, []trustlisttest.Service{listed(ca, func(s *trustlisttest.Service) { s.Current.Start = w.now.Add(-time.Second) })}, nil, proof.Failed, "SERVICE_NOT_GRANTED", "LEVEL_TOO_LOW"},
		{"never granted", root, nil, []trustlisttest.Service{listed(ca, func(s *trustlisttest.Service) { s.Current.Status = trustlisttest.Status + "withdrawn" })}, nil, proof.Failed, "SERVICE_NOT_GRANTED", "LEVEL_TOO_LOW"},
		{"for seals", "", nil, []trustlisttest.Service{listed(ca, sealsOnly), tsa}, nil, proof.Failed, "SERVICE_NOT_FOR_SIGNATURES", "LEVEL_TOO_LOW"},
		{"not qualified", "", nil, []trustlisttest.Service{listed(ca, notQualified), tsa}, nil, proof.Failed, "SERVICE_NOT_FOR_SIGNATURES", "LEVEL_TOO_LOW"},
		{"expired", root, expired, []trustlisttest.Service{listed(ca, nil)}, nil, proof.Indeterminate, "LIST_EXPIRED", "LEVEL_UNDECIDED"},
		{"expired, no anchor", "", expired, []trustlisttest.Service{listed(ca, nil), tsa}, nil, proof.Indeterminate, "LIST_EXPIRED", "LEVEL_UNDECIDED"},
		{"expired since", root, nil, []trustlisttest.Service{listed(ca, nil)}, func(r *proof.Request) { r.Now = w.now.AddDate(1, 0, 0) }, proof.Proven, "SERVICE_GRANTED", "LEVEL_PROVEN"},
		{"unlisted", root, nil, nil, nil, proof.Failed, "SERVICE_UNLISTED", "LEVEL_TOO_LOW"},
		{"unlisted, a list is missing", root, missing, nil, nil, proof.Indeterminate, "LISTS_INCOMPLETE", "LEVEL_UNDECIDED"},
		{"unlisted, declared", declared, nil, nil, nil, proof.Proven, "ANCHOR_DECLARED", "LEVEL_PROVEN"},
		{"withdrawn, declared", declared, nil, []trustlisttest.Service{listed(ca, since("withdrawn", longAgo()))}, nil, proof.Proven, "ANCHOR_DECLARED", "LEVEL_PROVEN"},
		{"nobody knows the issuer", "", nil, []trustlisttest.Service{tsa}, nil, proof.Indeterminate, "ISSUER_UNKNOWN", "LEVEL_UNDECIDED"},
		{"AES, granted", "", nil, []trustlisttest.Service{listed(ca, nil), tsa}, func(r *proof.Request) { r.Level = "AES" }, proof.Proven, "SERVICE_GRANTED", "LEVEL_PROVEN"},
		{"AES, withdrawn", "", nil, []trustlisttest.Service{listed(ca, since("withdrawn", w.now)), tsa}, func(r *proof.Request) { r.Level = "AES" }, proof.Indeterminate, "ANCHOR_NOT_FOR_THIS", "LEVEL_UNDECIDED"},
		{"AES, withdrawn, an anchor above it", root, nil, []trustlisttest.Service{listed(ca, since("withdrawn", w.now))}, func(r *proof.Request) { r.Level = "AES" }, proof.Proven, "SERVICE_NOT_GRANTED", "LEVEL_PROVEN"},
		{"Swiss law", root, nil, []trustlisttest.Service{listed(ca, nil)}, func(r *proof.Request) { r.Legislation = "ZERTES" }, proof.AttestedByProvider, "LISTS_OF_OTHER_LAW", "QUALIFIED_STATUS_UNKNOWN"},
		{"a seal", "", nil, []trustlisttest.Service{listed(seal.Chain[0], sealsOnly), tsa}, func(r *proof.Request) { r.Signed, r.Level = sealed, "SES" }, proof.AttestedByProvider, "SERVICE_NOT_FOR_SIGNATURES", "ATTESTED_BY_AUDIT_TRAIL"},
		{"timestamps of an expired list", "Proves: QES-EIDAS\n" + root, expired, []trustlisttest.Service{tsa}, nil, proof.Indeterminate, "LIST_EXPIRED", ""},
		{"timestamps withdrawn", "", nil, []trustlisttest.Service{listed(ca, nil), listed(w.tsa.Chain[0], func(s *trustlisttest.Service) { stamping(s); since("withdrawn", longAgo())(s) })}, nil, proof.Indeterminate, "ANCHOR_NOT_FOR_THIS", ""},
		{"timestamps withdrawn today", "", nil, []trustlisttest.Service{listed(ca, nil), listed(w.tsa.Chain[0], func(s *trustlisttest.Service) { stamping(s); since("withdrawn", w.now)(s) })}, nil, proof.Indeterminate, "ANCHOR_NOT_FOR_THIS", ""},
		{"timestamps by a CA/QC", "", nil, []trustlisttest.Service{listed(ca, nil), listed(w.tsa.Chain[0], nil)}, nil, proof.Indeterminate, "ANCHOR_NOT_FOR_THIS", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			request := w.request(signed)
			if c.spoil != nil {
				c.spoil(&request)
			}
			r := w.asking(c.anchors, c.union, c.services...).Verify(t.Context(), request)
			expect(t, r, c.verdict, c.reason)
			if last := r.Findings[len(r.Findings)-1]; c.level != "" && (last.Check != proof.CheckLevel || last.Reason != c.level) {
				t.Errorf("%s says %s, want %s", last.Check, last.Reason, c.level)
			}
			if r.Level == "QES" && c.level != "" && c.verdict != proof.Proven {
				t.Errorf("level %s", r.Level)
			}
		})
	}
}

// A qualified signature needs a qualified device: by the certificate's word or by the list's, which counts more.
func TestQualifiedDevice(t *testing.T) {
	w := newWorld(t)
	a := newAuthority(t, w.now)
	with := func(words ...string) string {
		return trustlisttest.Qualified(`<q:CriteriaList assert="none"><q:KeyUsage><q:KeyUsageBit name="keyCertSign">true</q:KeyUsageBit></q:KeyUsage></q:CriteriaList>`, words...)
	}
	esign := statement(t, 6, cmstest.Sequence(t, cmstest.DER(t, cmstest.OID{0, 4, 0, 1862, 1, 6, 1})))
	for _, c := range []struct {
		name       string
		device     bool
		extensions string
		verdict    proof.Verdict
		reason     string
	}{
		{"claimed", true, "", proof.Proven, "SERVICE_GRANTED"},
		{"not claimed", false, "", proof.Failed, "DEVICE_NOT_QUALIFIED"},
		{"not claimed, listed", false, with("QCWithQSCD"), proof.Proven, "SERVICE_GRANTED"},
		{"claimed, listed without", true, with("QCNoQSCD"), proof.Failed, "DEVICE_NOT_QUALIFIED"},
		{"claimed, as in the certificate", true, with("QCQSCDStatusAsInCert"), proof.Proven, "SERVICE_GRANTED"},
		{"unknown qualifier", true, with("QCForEverything"), proof.Indeterminate, "CRITERIA_UNKNOWN"},
	} {
		t.Run(c.name, func(t *testing.T) {
			claims := [][]byte{statement(t, 1), esign}
			if c.device {
				claims = append(claims, statement(t, 4))
			}
			by := a.issue(&x509.Certificate{
				Subject: pkix.Name{CommonName: "Anna Müller", ExtraNames: []pkix.AttributeTypeAndValue{
					{Type: cmstest.OID{2, 5, 4, 42}, Value: "Anna"}, {Type: cmstest.OID{2, 5, 4, 4}, Value: "Müller"}}},
				KeyUsage: x509.KeyUsageContentCommitment, ExtraExtensions: []pkix.Extension{statements(t, claims...)},
			})
			request := w.request(signByHand(t, sent(), client(), detached, w.detached(by)))
			verifier := w.asking("", nil, listed(a.cert, func(s *trustlisttest.Service) { s.Current.Extensions += c.extensions }))
			expect(t, verifier.Verify(t.Context(), request), c.verdict, c.reason)
		})
	}
}

// A label speaks for the certificate after it in its own file, not for the next file's.
func TestJoinedAnchors(t *testing.T) {
	w := newWorld(t)
	request := w.request(w.sign(sent(), "client", w.person("Anna", "Müller", "QES")))
	other := newAuthority(t, w.now)
	first := must(proof.NewAnchors(append(other.pem(), "Proves: QES-EIDAS\n"...)))(t)
	second, third := must(proof.NewAnchors(w.pki.RootPEM()))(t), must(proof.NewAnchors(append([]byte("Proves: QES-EIDAS\n"), w.pki.RootPEM()...)))(t)
	for _, c := range []struct {
		anchors proof.Anchors
		verdict proof.Verdict
	}{
		{proof.JoinAnchors(first, second), proof.AttestedByProvider},
		{proof.JoinAnchors(third, second), proof.Proven},
		{proof.JoinAnchors(), proof.Indeterminate},
	} {
		expect(t, proof.New(c.anchors, proof.Options{}).Verify(t.Context(), request), c.verdict, "")
	}
}
