package e2e_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
)

// knownDeal is a deal as the product's JSON API tells it.
type knownDeal struct {
	Name     string   `json:"name"`
	Decision string   `json:"decision"`
	Rule     string   `json:"rule"`
	Missing  []string `json:"missing"`
	Attempts []struct {
		SignatureRequest string `json:"signatureRequest"`
		State            string `json:"state"`
	} `json:"attempts"`
	Effects []struct {
		Key     string `json:"key"`
		State   string `json:"state"`
		Problem string `json:"problem"`
	} `json:"effects"`
}

// settled tells what is still to be written on the card, or failed to be.
func (k knownDeal) settled() error {
	for _, e := range k.Effects {
		switch e.State {
		case "done", "superseded":
		default:
			return fmt.Errorf("effect %s is %s %s", e.Key, e.State, e.Problem)
		}
	}
	return nil
}

// known asks the product how the deal stands.
func (w *world) known(d *deal) (knownDeal, error) {
	var k knownDeal
	return k, call(http.MethodGet, w.gateway(fmt.Sprintf("/v1/accounts/acme/deals/%d", d.lead)), nil, &k)
}

// signatureRequest is a request as the product's JSON API tells it.
type signatureRequest struct {
	Name              string `json:"name"`
	State             string `json:"state"`
	StateReason       string `json:"stateReason"`
	Provider          string `json:"provider"`
	Attempt           int    `json:"attempt"`
	PreviousAttempt   string `json:"previousAttempt"`
	NextAttempt       string `json:"nextAttempt"`
	Reference         string `json:"reference"`
	ProviderReference string `json:"providerReference"`
	Document          string `json:"document"`
	SignedDocument    string `json:"signedDocument"`
	AuditTrail        string `json:"auditTrail"`
	EvidencePackage   string `json:"evidencePackage"`
	Verdict           string `json:"verdict"`
	ProvenLevel       string `json:"provenLevel"`
}

// requestOf is the deal's last signature request.
func (w *world) requestOf(t *testing.T, d *deal) signatureRequest {
	t.Helper()
	known, err := w.known(d)
	if err == nil && len(known.Attempts) == 0 {
		err = errors.New("no request was made")
	}
	if err != nil {
		t.Fatal(err)
	}
	var r signatureRequest
	must(t, http.MethodGet, w.gateway("/v1/"+known.Attempts[len(known.Attempts)-1].SignatureRequest), nil, &r)
	return r
}

// archivedDocument is a document as the product's JSON API tells it.
type archivedDocument struct {
	Kind   string `json:"kind"`
	SHA256 string `json:"sha256"`
}

// documentOf is an archived document.
func (w *world) documentOf(t *testing.T, name string) archivedDocument {
	t.Helper()
	var d archivedDocument
	must(t, http.MethodGet, w.gateway("/v1/"+name), nil, &d)
	return d
}

// signing is a client of the signing role's gRPC contract, closed at the test's end.
func (w *world) signing(t testing.TB) signingv1.SigningProviderClient {
	t.Helper()
	return signingv1.NewSigningProviderClient(dial(t, w.at.Signing))
}

// documents is a client of the document role's gRPC contract, closed at the test's end.
func (w *world) documents(t testing.TB) documentv1.DocumentServiceClient {
	t.Helper()
	return documentv1.NewDocumentServiceClient(dial(t, w.at.Document))
}

// dial is a connection to a role, closed at the test's end.
func dial(t testing.TB, address string) *grpc.ClientConn {
	t.Helper()
	conn, err := grpc.NewClient(address,
		grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithDefaultCallOptions(grpc.WaitForReady(true)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}
