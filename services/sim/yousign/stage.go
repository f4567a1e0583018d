package yousign

import "slices"

// seat is where a signer stands among the others: behind one, or beside one.
type seat struct {
	InsertAfter *string `json:"insert_after_id"`
	GroupWith   *string `json:"group_with_id"`
}

// seatFor returns the place in the list and the stage of a new signer. Stages count in a custom order only; where one
// stands who names nobody is not documented: here it is the end, after everybody.
func (r *request) seatFor(in seat) (at, stage int, err error) {
	switch {
	case in.GroupWith != nil && !r.CustomOrder:
		return 0, 0, invalidParam("group_with_id", "This value can only be used with a custom recipient order.")
	case in.GroupWith != nil && in.InsertAfter != nil:
		return 0, 0, invalidParam("group_with_id", "This value cannot be used together with insert_after_id.")
	case in.GroupWith != nil:
		i := slices.IndexFunc(r.signers, func(x *signer) bool { return x.id == *in.GroupWith })
		if i < 0 {
			return 0, 0, invalidParam("group_with_id", "This value is not valid.")
		}
		return i + 1, r.signers[i].stage, nil
	case in.InsertAfter != nil && !r.CustomOrder && !r.OrderedSigners:
		return 0, 0, invalidParam("insert_after_id", "This value can only be used with ordered signers.")
	}
	at, err = place(r.signers, in.InsertAfter, func(x *signer) string { return x.id })
	if err != nil {
		return 0, 0, err
	}
	switch {
	case in.InsertAfter != nil:
		stage = r.signers[at-1].stage + 1
	case len(r.signers) > 0:
		stage = r.lastStage() + 1
	}
	return at, stage, nil
}

func (r *request) lastStage() int {
	last := 0
	for _, x := range r.signers {
		last = max(last, x.stage)
	}
	return last
}

// makeRoom moves everybody from the stage on one stage back, for somebody who is put between two.
func (r *request) makeRoom(stage int) {
	for _, x := range r.signers {
		if x.stage >= stage {
			x.stage++
		}
	}
}

// stageOf is the position that the vendor shows: the same for those who are asked at once.
func (r *request) stageOf(x *signer) int {
	switch {
	case r.CustomOrder:
		return x.stage
	case r.OrderedSigners:
		return slices.Index(r.signers, x)
	}
	return 0
}

// mayBeAsked reports whether everybody before the signer has signed.
func (r *request) mayBeAsked(x *signer) bool {
	return !slices.ContainsFunc(r.signers, func(y *signer) bool { return y.status != signed && r.stageOf(y) < r.stageOf(x) })
}

// oneByOne reports whether no two signers are asked at once.
func (r *request) oneByOne() bool {
	if !r.CustomOrder {
		return r.OrderedSigners
	}
	taken := map[int]bool{}
	for _, x := range r.signers {
		if taken[x.stage] {
			return false
		}
		taken[x.stage] = true
	}
	return true
}
