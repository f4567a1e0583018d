package vendorspec

import "fmt"

// kind is what is wrong.
type kind string

const (
	unknownCall  kind = "call"        // the vendor has no such method and path
	unknownName  kind = "unknown"     // a property or parameter that is not described
	missing      kind = "required"    // a property or parameter that must be there
	wrongType    kind = "type"        // also null where it may not be
	wrongValue   kind = "value"       // enum, pattern, format, bounds
	ambiguous    kind = "oneOf"       // none of the alternatives, or several
	wrongStatus  kind = "status"      // a status that is not described
	wrongMedia   kind = "media"       // a content type that is not described
	undescribed  kind = "undescribed" // a body where none is described
	noBody       kind = "empty"       // no body where one is described
	unreadable   kind = "unreadable"  // a body that is not what its content type says
	notSupported kind = "unsupported" // a description that this package cannot read
)

// finding is one difference between what passed and what the vendor describes. at is the place in the body or the
// parameters, with [] for each element of a list.
type finding struct {
	side string // request or answer
	kind kind
	at   string
	text string
}

func (f finding) String() string {
	return fmt.Sprintf("%s, %s at %q: %s", f.side, f.kind, f.at, f.text)
}
