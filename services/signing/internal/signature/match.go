package signature

import (
	"slices"
	"strings"
)

// InOrderOf puts the envelope's signers into the order's order, others behind. Where one of the order's is not surely among
// them it changes nothing: no signer takes another's place.
func (e Envelope) InOrderOf(order Order) Envelope {
	ours := slices.Clone(order.Signers)
	for i := range ours { // an update may have given a signer another id
		if !slices.ContainsFunc(e.Signers, func(s EnvelopeSigner) bool { return s.ID == ours[i].ProviderID }) {
			ours[i].ProviderID = ""
		}
	}
	places := matched(ours, e.Signers)
	if slices.Contains(places, -1) {
		return e
	}
	sorted := make([]EnvelopeSigner, 0, len(e.Signers))
	for _, at := range places {
		sorted = append(sorted, e.Signers[at])
	}
	for at, other := range e.Signers {
		if !slices.Contains(places, at) {
			sorted = append(sorted, other)
		}
	}
	e.Signers = sorted
	return e
}

// matched returns the place of each of our signers in the vendor's view, -1 for none; nobody is there twice. A signer is
// found by the vendor's id once that is known, else by e-mail, and where the vendor tells no address by place, if it lists
// as many as we have. All addresses go before any such place. One address may stand for several signers, so the place goes
// first where it agrees.
func matched(ours []Signer, theirs []EnvelopeSigner) []int {
	places := slices.Repeat([]int{-1}, len(ours))
	free := func(j int) bool {
		return !slices.ContainsFunc(places, func(at int) bool {
			return at == j || at >= 0 && theirs[at].ID != "" && theirs[at].ID == theirs[j].ID
		})
	}
	for _, same := range []func(i, j int) bool{
		func(i, j int) bool { return ours[i].ProviderID != "" && ours[i].ProviderID == theirs[j].ID },
		func(i, j int) bool {
			return ours[i].ProviderID == "" && theirs[j].Email != "" && strings.EqualFold(ours[i].Email, theirs[j].Email)
		},
		func(i, j int) bool {
			return ours[i].ProviderID == "" && theirs[j].Email == "" && i == j && len(ours) == len(theirs)
		},
	} {
		for i := range ours {
			fits := func(j int) bool { return places[i] < 0 && j < len(theirs) && same(i, j) && free(j) }
			for _, j := range slices.Concat([]int{i}, indices(theirs)) {
				if fits(j) {
					places[i] = j
				}
			}
		}
	}
	return places
}

func indices[T any](of []T) []int {
	all := make([]int, len(of))
	for i := range all {
		all[i] = i
	}
	return all
}
