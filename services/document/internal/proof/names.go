package proof

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Bounds on one name; a longer one matches nobody.
const (
	maxNameBytes = 512
	maxNameWords = 16
)

// word is one part of a name in the two ways it may be written without diacritics: é as e in both, ü as u or as ue.
type word struct{ plain, spelled string }

// words splits a name where people do (spaces, hyphens, dots, commas) and folds what scripts and registries write
// differently: case, diacritics, width, apostrophes.
func words(name string) []word {
	if len(name) > maxNameBytes {
		return nil
	}
	name = strings.ToLower(norm.NFKC.String(name))
	parts := strings.FieldsFunc(name, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && !strings.ContainsRune("'’ʼ`", r)
	})
	var out []word
	for _, p := range parts {
		w := word{plain: fold(p), spelled: fold(umlauts().Replace(p))}
		if w.plain != "" {
			out = append(out, w)
		}
	}
	if len(out) > maxNameWords {
		return nil
	}
	return out
}

func umlauts() *strings.Replacer { return strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue") }

// fold strips diacritics and replaces the Latin letters that do not decompose.
func fold(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(s) {
		switch r {
		case 'ß':
			b.WriteString("ss")
		case 'æ':
			b.WriteString("ae")
		case 'œ':
			b.WriteString("oe")
		case 'ø':
			b.WriteByte('o')
		case 'ł':
			b.WriteByte('l')
		case 'đ', 'ð':
			b.WriteByte('d')
		case 'þ':
			b.WriteString("th")
		case 'ı':
			b.WriteByte('i')
		default:
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				b.WriteRune(r)
			}
		}
	}
	return b.String()
}

// contains says that every word of asked occurs among found, each found word used once. Certificates often hold more
// given names than people use, never fewer.
func contains(found, asked []word) bool {
	used := make([]bool, len(found))
	for _, a := range asked {
		hit := false
		for i, f := range found {
			if !used[i] && (a.plain == f.plain || a.spelled == f.spelled || a.plain == f.spelled || a.spelled == f.plain) {
				used[i], hit = true, true
				break
			}
		}
		if !hit {
			return false
		}
	}
	return true
}

// names says whether the holder of a certificate may be the signer. Given name and surname are compared apart; a
// certificate with only one of them is compared by its common name.
func (h holder) names(s Signer) bool {
	if h.veiled && (h.given == "" || h.surname == "") {
		return false // the common name is what the holder wants to be called
	}
	if s.Name != "" {
		whole, found := words(s.Name), h.common
		if h.given != "" && h.surname != "" {
			found = h.given + " " + h.surname
		}
		return len(whole) > 0 && contains(words(found), whole)
	}
	first, last := words(s.FirstName), words(s.LastName)
	if len(first)+len(last) == 0 || len(first) == 0 && s.FirstName != "" || len(last) == 0 && s.LastName != "" {
		return false
	}
	if h.given != "" && h.surname != "" {
		return contains(words(h.given), first) && contains(words(h.surname), last)
	}
	return contains(words(h.common), append(first, last...))
}
