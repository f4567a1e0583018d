package proof

import "github.com/countersign/countersign/services/document/internal/pdf"

// emptyField returns the rule for a field or widget that was empty: it may be filled by a signature that is allowed, and
// then gets an appearance. Its place on the page stays.
func (c *comparison) emptyField(number int) rule {
	return func(old, later pdf.Object) string {
		a, ok1 := old.(pdf.Dict)
		b, ok2 := later.(pdf.Dict)
		f := c.after.byObject[number]
		switch {
		case !ok1 || !ok2 || f == nil || !c.fills(f):
			return unchanged(old, later)
		case c.policy.locked(f.name):
			return "LOCKED_FIELD_CHANGED"
		}
		for key := range union(a, b) {
			if !pdf.Equal(a[key], b[key]) && !filledKey(key) {
				return "SIGNATURE_FIELD_CHANGED"
			}
		}
		if f.isStamp() && !pdf.Equal(a["AP"], b["AP"]) && c.shows(b) {
			return stampShows
		}
		return ""
	}
}

// fills says that the field was filled by a signature that is allowed here. The signature covers the field as it now is,
// because it covers the whole revision that filled it.
func (c *comparison) fills(f *field) bool { return f.value != nil && f.contents.Start == c.came }

// filledKey names the entries that filling a signature field may set.
func filledKey(key pdf.Name) bool {
	switch key {
	case "V", "AP", "AS", "Lock", "F", "M", "P", "MK", "DA", "Type", "Ff", "StructParent":
		return true
	}
	return false
}

// newcomer checks a field of the later state that is new or newly filled, and notes its widgets. An empty new field may
// show nothing: whatever it showed nobody would have signed.
func (c *comparison) newcomer(f *field) string {
	was := c.before.byObject[f.number]
	if was != nil && was.value != nil {
		return "" // signed before: compared like any other object
	}
	if f.value != nil && !c.fills(f) {
		return "SIGNATURE_ADDED"
	}
	if was != nil && f.value == nil {
		return ""
	}
	if c.policy.leeway == stampsOnly && !f.isStamp() {
		return "CERTIFICATION_FORBIDS_SIGNATURE"
	}
	for _, n := range f.widgets {
		c.touched[n] = true
	}
	if was != nil {
		return "" // the rule of an empty field applies
	}
	for _, n := range append([]int{f.number}, f.widgets...) {
		if reason := c.newField(n, f.value != nil); reason != "" {
			return reason
		}
		if d, _ := c.later.Current(n).(pdf.Dict); f.isStamp() && c.shows(d) {
			return stampShows
		}
	}
	return ""
}

func (c *comparison) newField(number int, signed bool) string {
	d, _ := c.later.Current(number).(pdf.Dict)
	for key, v := range d {
		switch key {
		case "Type", "Subtype", "FT", "T", "TU", "TM", "V", "Ff", "F", "Rect", "P", "Parent", "Kids", "Lock", "SV", "M",
			"NM", "StructParent", "H", "DA", "DR":
		case "AP", "AS", "MK", "BS", "Border", "C":
			if !signed {
				return "EMPTY_FIELD_SHOWS_SOMETHING"
			}
		default:
			return "SIGNATURE_FIELD_CHANGED"
		}
		if key == "Subtype" && v != pdf.Name("Widget") {
			return "SIGNATURE_FIELD_CHANGED"
		}
	}
	return ""
}

// stampShows is the reason of a document timestamp that draws something: anybody can get one, so it may not.
const stampShows = "TIMESTAMP_SHOWS_SOMETHING"

// isStamp says that the field holds a document timestamp.
func (f *field) isStamp() bool { return f.value["SubFilter"] == pdf.Name("ETSI.RFC3161") }

// shows says that a widget of the later state has an appearance and an extent to show it in.
func (c *comparison) shows(widget pdf.Dict) bool {
	if widget["AP"] == nil && widget["MK"] == nil && widget["BS"] == nil && widget["Border"] == nil {
		return false
	}
	size, ok := area(c.later, widget["Rect"])
	return !ok || size > 0
}
