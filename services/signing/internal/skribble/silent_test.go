package skribble

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

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

// What Skribble does not tell of the others is sent as it was ordered, and what it tells as it is now.
func TestTheOthersKeepTheirWays(t *testing.T) {
	no, yes, free, second := false, true, -1, 2
	own := invitee{AccountEmail: "anna@example.org", Sequence: 1, Notify: &no, Language: "fr"}
	for name, c := range map[string]struct {
		now  signed
		want invitee
	}{
		"nothing is told": {signed{}, own},
		"another place":   {signed{Sequence: &second}, invitee{AccountEmail: own.AccountEmail, Sequence: 2, Notify: &no, Language: "fr"}},
		"no place":        {signed{Sequence: &free}, invitee{AccountEmail: own.AccountEmail, Notify: &no, Language: "fr"}},
		"another language": {signed{Language: "German"}, invitee{
			AccountEmail: own.AccountEmail, Sequence: 1, Notify: &no, Language: "de", Identity: identity{Language: "de"},
		}},
		"mails":           {signed{Notify: &yes}, invitee{AccountEmail: own.AccountEmail, Sequence: 1, Notify: &yes, Language: "fr"}},
		"no account":      {signed{AccountEmail: "aea98003"}, invitee{Sequence: 1, Notify: &no, Language: "fr"}},
		"another account": {signed{AccountEmail: "a@b.example"}, invitee{AccountEmail: "a@b.example", Sequence: 1, Notify: &no, Language: "fr"}},
	} {
		if diff := cmp.Diff(c.want, own.as(c.now)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
