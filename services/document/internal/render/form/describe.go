package form

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/countersign/countersign/services/document/internal/pdf"
)

// describe reads what kind of field it is; the answer is what is wrong with it.
func (l *loader) describe(f *field, n node) string {
	flags, _ := l.doc.Resolve(n.flags).(int64)
	f.ReadOnly, f.Required = flags&flagReadOnly != 0, flags&flagRequired != 0
	if limit, ok := l.doc.Resolve(n.limit).(int64); ok && limit > 0 && limit < 1<<16 {
		f.MaxLength = int(limit)
	}
	switch kind := l.doc.Resolve(n.kind); {
	case kind == pdf.Name("Sig"):
		f.Kind = KindSignature
		if n.value != nil {
			return "the form is signed already"
		}
		if strings.Contains(f.Name, ".") {
			return "a signature field stands on its own, without a field above it"
		}
	case kind == pdf.Name("Tx") && flags&(flagPassword|flagFileSelect|flagRichText) != 0:
		return "passwords, files and rich text cannot be filled in"
	case kind == pdf.Name("Tx"):
		f.Kind = KindText
		f.Comb = flags&flagComb != 0 && flags&flagMultiline == 0 && f.MaxLength > 0
		if flags&flagMultiline != 0 {
			f.Kind = KindLines
		}
	case kind == pdf.Name("Btn") && flags&flagPushbutton != 0:
		return "a push button does nothing on paper"
	case kind == pdf.Name("Btn"):
		f.Kind = KindCheckbox
		if flags&flagRadio != 0 {
			f.Kind = KindRadio
		}
	case kind == pdf.Name("Ch"):
		f.Kind, f.Editable = KindChoice, flags&flagEdit != 0
		return l.choices(f, n)
	default:
		return "the field has no type"
	}
	return ""
}

// choices reads the options of a choice: texts, or pairs of what programs read and what people do.
func (l *loader) choices(f *field, n node) string {
	list := l.doc.Array(n.options)
	if len(list) > maxOptions {
		return "the field has too many options"
	}
	for _, o := range list {
		pair := l.doc.Array(o)
		if pair == nil {
			pair = pdf.Array{o, o}
		}
		if len(pair) != 2 {
			return "an option is neither a text nor a pair of texts"
		}
		export, ok1 := l.text(pair[0])
		display, ok2 := l.text(pair[1])
		if !ok1 || !ok2 {
			return "an option is neither a text nor a pair of texts"
		}
		f.options = append(f.options, option{export: export, display: display})
		f.Options = append(f.Options, display)
	}
	return ""
}

// settle finishes a field whose places are known.
func (l *loader) settle(f *field, n node) string {
	if f.Kind == KindSignature && len(f.widgets) != 1 {
		return "a signature field has one place"
	}
	if f.Kind == KindCheckbox || f.Kind == KindRadio {
		for _, w := range f.widgets {
			if !slices.Contains(f.Options, w.export) {
				f.Options = append(f.Options, w.export)
			}
		}
		if len(f.Options) > 1 {
			f.Kind = KindRadio
		}
		if f.Kind == KindCheckbox {
			f.Options = nil
		}
	}
	if value, ok := l.text(n.value); ok {
		if utf8.RuneCountInString(value) > maxValue {
			return "the field's own value is too long"
		}
		f.value = lines(value)
	}
	return ""
}

// maxValue is the longest value that a form may bring along, in characters.
const maxValue = 4096
