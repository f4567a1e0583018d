package page_test

import (
	"errors"
	"testing"

	"github.com/countersign/countersign/services/internal/page"
)

func TestATokenBelongsToItsList(t *testing.T) {
	token := page.Token("42", "deals", "acme")
	if cursor, err := page.Cursor(token, "deals", "acme"); err != nil || cursor != "42" {
		t.Fatalf("cursor = %q, %v", cursor, err)
	}
	if cursor, err := page.Cursor("", "deals"); err != nil || cursor != "" {
		t.Fatalf("first page: cursor = %q, %v", cursor, err)
	}
	for _, other := range [][]string{{"deals", "other"}, {"deals"}, {"dealsacme"}, nil} {
		if _, err := page.Cursor(token, other...); !errors.Is(err, page.ErrToken) {
			t.Errorf("filters %q: err = %v", other, err)
		}
	}
}

func TestPageSizesAreDefaultedAndCapped(t *testing.T) {
	for asked, want := range map[int32]int{0: 50, 1: 1, 200: 200, 201: 200, -1: 50} {
		if got := page.Size(asked, 50, 200); got != want {
			t.Errorf("Size(%d) = %d, want %d", asked, got, want)
		}
	}
}

func FuzzCursor(f *testing.F) {
	f.Add(page.Token("42", "deals"))
	f.Add("e30")
	f.Fuzz(func(t *testing.T, text string) {
		cursor, err := page.Cursor(text, "deals")
		if err != nil && cursor != "" {
			t.Fatalf("a refused token gave %q", cursor)
		}
	})
}
