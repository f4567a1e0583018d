package yousign

import (
	"cmp"
	"slices"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// ordered tells whether signers are asked one after another. For QES Yousign knows no other way.
func ordered(order signature.Order) bool {
	return order.Level == signature.QES || len(groups(order)) > 1
}

// inGroups tells whether groups are asked one after another and those of a group at once, which Yousign calls a custom
// order.
func inGroups(order signature.Order) bool {
	places := groups(order)
	return len(places) > 1 && len(places) < len(order.Signers)
}

// groups counts the signers of each group.
func groups(order signature.Order) map[int]int {
	places := map[int]int{}
	for _, signer := range order.Signers {
		places[signer.Order]++
	}
	return places
}

// inSigningOrder returns the order's signers as Yousign must create them, which is the order it asks them in.
func inSigningOrder(order signature.Order) []signature.Signer {
	sorted := slices.Clone(order.Signers)
	slices.SortStableFunc(sorted, func(a, b signature.Signer) int { return cmp.Compare(a.Order, b.Order) })
	return sorted
}

// placed puts an invitee of a custom order beside the one before, who is in the same group, or behind the whole group of
// that one.
func placed(body invitee, sameGroup bool, before signer) invitee {
	if sameGroup {
		body.GroupWithID = before.ID
	} else {
		body.InsertAfterID = before.ID
	}
	return body
}

// errOtherTurns is the failure when Yousign would ask the signers in another order than was ordered.
func errOtherTurns(reason signature.RefusalReason) error {
	return &signature.RejectedError{Reason: reason, Detail: "Yousign would ask the signers in another order"}
}

// inTurn tells whether the stages that Yousign puts the signers into are the order's groups. A stage that is not told
// passes only where all are asked at once. Signers are matched by e-mail.
func inTurn(order signature.Order, made []signer) bool {
	sequential := ordered(order) && !inGroups(order)
	sorted := inSigningOrder(order)
	for i := 1; i < len(sorted); i++ {
		before, _ := withEmail(made, sorted[i-1].Email)
		now, ok := withEmail(made, sorted[i].Email)
		if !ok || before.Stage == nil || now.Stage == nil {
			if !ordered(order) && ok {
				continue
			}
			return false
		}
		later := *now.Stage > *before.Stage
		if want := sequential || sorted[i].Order > sorted[i-1].Order; later != want || !want && *now.Stage != *before.Stage {
			return false
		}
	}
	return true
}
