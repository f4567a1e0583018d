package skribble

import (
	"strings"
	"testing"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// A change of what Skribble does not tell is sent all the same, and taken for done when Skribble takes it.
func TestUpdateSignerOfWhatIsNotTold(t *testing.T) {
	silent := strings.NewReplacer(`,"mobile_number":"41791234567","language":"de"`, "", `"language":"German",`, "").Replace(maxRow)
	for name, change := range map[string]func(*signature.Signer){
		"phone":    func(s *signature.Signer) { s.Phone = "+41791234568" },
		"language": func(s *signature.Signer) { s.Language = "it" },
	} {
		vendor := newUpdating("OPEN", annaRow+","+silent)
		if _, err := vendor.provider(t).UpdateSigner(t.Context(), twoSigners(change), "client"); err != nil || vendor.puts != 1 {
			t.Errorf("%s: %v after %d", name, err, vendor.puts)
		}
	}
}
