package vendorhttp_test

import (
	"fmt"
	"testing"

	"github.com/countersign/countersign/services/signing/internal/vendorhttp"
)

// TestAMemoKeepsTheLatest and does not grow without end.
func TestAMemoKeepsTheLatest(t *testing.T) {
	var memo vendorhttp.Memo[int]
	if _, ok := memo.Kept("0"); ok {
		t.Error("an empty memo knows something")
	}
	const all = 5000
	for n := range all {
		memo.Keep(fmt.Sprint(n), n)
		if got, ok := memo.Kept(fmt.Sprint(n)); !ok || got != n {
			t.Fatalf("%d, %t, want %d", got, ok, n)
		}
	}
	left := 0
	for n := range all {
		if _, ok := memo.Kept(fmt.Sprint(n)); ok {
			left++
		}
	}
	if left > 1024 {
		t.Errorf("%d are kept", left)
	}
}
