package skribble

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// The signers at Skribble: a guest who corrected her name, and Max.
const (
	annaRow = `{"sid":"s-1","account_email":"aea9800320694d9ebcbcdce8e6acffd3","sequence":1,"status_code":"OPEN","notify":true,"language":"French",
 "signer_identity_data":{"email_address":"anna@example.org","first_name":"Anna-Lena","last_name":"Ott","mobile_number":"41790000001"}}`
	maxRow = `{"sid":"s-2","account_email":"bea9800320694d9ebcbcdce8e6acffd3","sequence":2,"status_code":"OPEN","language":"German",
 "signer_identity_data":{"email_address":"max@example.org","first_name":"Max","last_name":"Muster","mobile_number":"41791234567","language":"de"}}`
)

// twoSigners is an order as it was sent; Max was changed since.
func twoSigners(change func(*signature.Signer)) signature.Order {
	order := anOrder()
	order.Envelope = "sr-1"
	anna := signature.Signer{
		Role: "Buyer Co. 1", FirstName: "Anna", LastName: "Ott", Email: "anna@example.org", Phone: "+41790000001",
		Language: "fr", Order: 1, ProviderID: "s-1",
	}
	maxMuster := order.Signers[0]
	maxMuster.Order, maxMuster.ProviderID = 2, "s-2"
	change(&maxMuster)
	order.Signers = []signature.Signer{anna, maxMuster}
	return order
}

// updating is a Skribble that shows the requests one after another, the last one again and again.
type updating struct {
	scripted
	shows []string
	sent  []byte
	puts  int
}

func newUpdating(status string, signers ...string) *updating {
	u := &updating{}
	for _, s := range signers {
		u.shows = append(u.shows, fmt.Sprintf(`{"id":"sr-1","status_overall":%q,"signatures":[%s]}`, status, s))
	}
	u.answer = func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			u.puts++
			u.sent, _ = io.ReadAll(r.Body)
			return // an empty answer is a success too
		}
		fmt.Fprint(w, u.shows[0])
		u.shows = u.shows[min(1, len(u.shows)-1):]
	}
	return u
}

func TestUpdateSignerSendsTheOthersAsTheyAre(t *testing.T) {
	changed := strings.NewReplacer("s-2", "s-9", "max@", "moritz@", `"Max"`, `"Moritz"`).Replace(maxRow)
	vendor := newUpdating("OPEN", annaRow+","+maxRow, annaRow+","+changed)
	order := twoSigners(func(s *signature.Signer) { s.FirstName, s.Email = "Moritz", "moritz@example.org" })
	got, err := vendor.provider(t).UpdateSigner(t.Context(), order, "client")
	if err != nil {
		t.Fatal(err)
	}
	ids := []string{got.Signers[0].ID, got.Signers[1].ID}
	if diff := cmp.Diff([]string{"s-1", "s-9"}, ids); diff != "" || got.Signers[1].FirstName != "Moritz" {
		t.Errorf("%+v, ids (-want +got):\n%s", got, diff)
	}
	var sent any
	if err := json.Unmarshal(vendor.sent, &sent); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"id": "sr-1", "signatures": []any{
		map[string]any{
			"signer_identity_data": map[string]any{
				"email_address": "anna@example.org", "first_name": "Anna-Lena", "last_name": "Ott", "mobile_number": "41790000001", "language": "fr",
			}, "sequence": 1.0, "notify": true, "language": "fr",
		},
		map[string]any{
			"signer_identity_data": map[string]any{
				"email_address": "moritz@example.org", "first_name": "Moritz", "last_name": "Muster", "mobile_number": "41791234567", "language": "de",
			}, "sequence": 2.0, "language": "de", "visual_signature": map[string]any{"form_field": "client"},
		},
	}}
	if diff := cmp.Diff(want, sent); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
}

// Each single field counts, and what is as it shall be is not sent again: that could mail somebody once more.
func TestUpdateSignerSendsOnlyWhatDiffers(t *testing.T) {
	for name, change := range map[string]func(*signature.Signer){
		"nothing":    func(*signature.Signer) {},
		"first name": func(s *signature.Signer) { s.FirstName = "Moritz" },
		"last name":  func(s *signature.Signer) { s.LastName = "Meier" },
		"email":      func(s *signature.Signer) { s.Email = "moritz@example.org" },
		"phone":      func(s *signature.Signer) { s.Phone = "+41791234568" },
		"language":   func(s *signature.Signer) { s.Language = "it" },
		"order":      func(s *signature.Signer) { s.Order = 3 },
	} {
		order := twoSigners(change)
		target := inviteeOf(order, order.Signers[1])
		after, err := json.Marshal(map[string]any{
			"sid": "s-2", "status_code": "OPEN", "sequence": target.Sequence, "signer_identity_data": target.Identity,
		})
		if err != nil {
			t.Fatal(err)
		}
		vendor := newUpdating("OPEN", annaRow+","+maxRow, annaRow+","+string(after))
		for range 2 { // the second finds it done
			if _, err := vendor.provider(t).UpdateSigner(t.Context(), order, "client"); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		want := 1
		if name == "nothing" {
			want = 0
		}
		if vendor.puts != want {
			t.Errorf("%s: sent %d times, want %d", name, vendor.puts, want)
		}
	}
}

func TestUpdateSignerOfASignerOfManyIds(t *testing.T) {
	order := twoSigners(func(s *signature.Signer) { s.Email = "third@example.org" })
	second := strings.NewReplacer("s-2", "s-5", "max@", "second@").Replace(maxRow)
	third := strings.NewReplacer("s-2", "s-7", "max@", "third@").Replace(maxRow)
	for name, c := range map[string]struct {
		before string
		puts   int
	}{
		"a lost change gave it another address": {annaRow + "," + second, 1},
		"a lost change came through":            {annaRow + "," + third, 0},
		"it was removed":                        {annaRow, 1},
		"the list has another order":            {second + "," + annaRow, 1},
	} {
		vendor := newUpdating("OPEN", c.before, annaRow+","+third)
		got, err := vendor.provider(t).UpdateSigner(t.Context(), order, "client")
		if err != nil || len(got.Signers) != 2 || got.Signers[1].ID != "s-7" || vendor.puts != c.puts {
			t.Errorf("%s: %+v, %v after %d", name, got, err, vendor.puts)
		}
	}
}

func TestUpdateSignerIsRefused(t *testing.T) {
	rename := func(s *signature.Signer) { s.FirstName = "Moritz" }
	signed := strings.Replace(annaRow, `"OPEN"`, `"SIGNED"`, 1)
	stranger := strings.NewReplacer("s-1", "s-8", "anna@", "eve@").Replace(annaRow)
	cases := []struct {
		name, status, role string
		shows              []string
		change             func(*signature.Signer)
	}{
		{"somebody signed", "OPEN", "client", []string{signed + "," + maxRow}, rename},
		{"it ended", "WITHDRAWN", "client", []string{annaRow + "," + maxRow}, rename},
		{"it is in a state nobody knows", "SIGNING", "client", []string{annaRow + "," + maxRow}, rename},
		{"another signer is not there", "OPEN", "client", []string{stranger + "," + maxRow}, rename},
		{"another signer is gone", "OPEN", "client", []string{maxRow}, rename},
		{"somebody was added", "OPEN", "client", []string{annaRow + "," + maxRow + "," + stranger}, rename},
		{"no such role", "OPEN", "cleint", []string{annaRow + "," + maxRow}, rename},
		{"an address twice", "OPEN", "client", nil, func(s *signature.Signer) { s.Email = "ANNA@example.org" }},
		{"no phone", "OPEN", "client", nil, func(s *signature.Signer) { s.Phone = "" }},
	}
	for _, c := range cases {
		vendor := newUpdating(c.status, c.shows...)
		_, err := vendor.provider(t).UpdateSigner(t.Context(), twoSigners(c.change), c.role)
		var rejected *signature.RejectedError
		if !errors.As(err, &rejected) || vendor.puts != 0 || rejected.Detail == "" || strings.Contains(err.Error(), "example.org") {
			t.Errorf("%s: %v after %d", c.name, err, vendor.puts)
		}
	}
}

func TestAnUpdateThatIsNotTakenOver(t *testing.T) {
	order := twoSigners(func(s *signature.Signer) { s.FirstName = "Moritz" })
	var rejected *signature.RejectedError
	var unknown *signature.UnknownOutcomeError
	ignored := newUpdating("OPEN", annaRow+","+maxRow)
	if _, err := ignored.provider(t).UpdateSigner(t.Context(), order, "client"); !errors.As(err, &rejected) || ignored.puts != 1 {
		t.Errorf("a change that is ignored: %v", err)
	}
	for _, left := range []string{maxRow, annaRow} {
		halved := newUpdating("OPEN", annaRow+","+maxRow, left)
		if _, err := halved.provider(t).UpdateSigner(t.Context(), order, "client"); !errors.As(err, &unknown) {
			t.Errorf("a change that loses a signer: %v", err)
		}
	}
	for status, want := range map[int]any{500: &unknown, 400: &rejected} {
		vendor := newUpdating("OPEN", annaRow+","+maxRow)
		answer := vendor.answer
		vendor.answer = func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPut {
				refuseWith(w, status, "constraint-violation", "", "Moritz (max@example.org)")
				return
			}
			answer(w, r)
		}
		_, err := vendor.provider(t).UpdateSigner(t.Context(), order, "client")
		if !errors.As(err, want) || strings.Contains(err.Error(), "Moritz") {
			t.Errorf("%d: %v", status, err)
		}
	}
}
