package skribble

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// TestARefusedChangeTellsNobodysFormerName: Skribble may repeat what it has as well as what it was sent.
func TestARefusedChangeTellsNobodysFormerName(t *testing.T) {
	vendor := &scripted{answer: func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			refuseWith(w, http.StatusBadRequest, "constraint-violation", "x.y", "Anna-Lena and Max Muster cannot become Moritz Neumann")
			return
		}
		fmt.Fprintf(w, `{"id":"sr-1","status_overall":"OPEN","signatures":[%s,%s]}`, annaRow, maxRow)
	}}
	order := twoSigners(func(s *signature.Signer) { s.FirstName, s.LastName = "Moritz", "Neumann" })
	_, err := vendor.provider(t).UpdateSigner(t.Context(), order, "client")
	var rejected *signature.RejectedError
	if !errors.As(err, &rejected) || !strings.Contains(rejected.Detail, "cannot become") {
		t.Fatalf("%v, want a rejection in Skribble's words", err)
	}
	for _, name := range []string{"Lena", "Max", "Muster", "Moritz", "Neumann"} {
		if strings.Contains(err.Error(), name) {
			t.Errorf("%v tells %s", err, name)
		}
	}
}
