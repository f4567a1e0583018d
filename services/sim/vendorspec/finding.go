package vendorspec

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
)

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

// heard returns what the library complains of: an error, or many. at is the place of the whole value.
func heard(side, at string, complaint any) []finding {
	switch e := complaint.(type) {
	case nil:
		return nil
	case openapi3.MultiError:
		return each(side, at, e)
	case *openapi3.SchemaError:
		var parts openapi3.MultiError
		switch {
		case !errors.As(e.Origin, &parts):
			return []finding{{side, kindOf(e), place(at, e), text(e)}}
		case e.SchemaField == "oneOf":
			return nearest(side, at, place(at, e), parts)
		}
		return each(side, at, parts)
	case *openapi3.SchemaPatternRegexError:
		return []finding{{side, notSupported, at, e.Error()}}
	case *openapi3filter.RequestError:
		switch {
		case errors.Is(e.Err, openapi3filter.ErrInvalidRequired):
			return []finding{{side, missing, at, "it is not there"}}
		case e.Err != nil:
			return heard(side, at, e.Err)
		}
	case *openapi3filter.ResponseError:
		if e.Err != nil {
			return heard(side, at, e.Err)
		}
	}
	return []finding{{side, unreadable, at, fmt.Sprint(complaint)}}
}

// each returns what the errors say, once: parts of a schema may complain of the same.
func each(side, at string, errs []error) (all []finding) {
	for _, err := range errs {
		for _, f := range heard(side, at, err) {
			if !slices.Contains(all, f) {
				all = append(all, f)
			}
		}
	}
	return all
}

// nearest returns what is missing to the nearest of the alternatives, none of which fits: a wrong property is nearer than a
// missing one, and another type is farthest.
func nearest(side, at, whole string, alternatives []error) []finding {
	var best []finding
	least := math.MaxInt
	for _, err := range alternatives {
		found := heard(side, at, err)
		far := len(found)
		for _, f := range found {
			switch {
			case f.kind == wrongType && f.at == whole:
				far += 1000
			case f.kind == missing:
				far += 10
			}
		}
		if far < least {
			best, least = found, far
		}
	}
	return best
}

// kindOf tells the kind by the keyword that does not hold.
func kindOf(e *openapi3.SchemaError) kind {
	switch e.SchemaField {
	case "type", "nullable":
		return wrongType
	case "required":
		return missing
	case "properties", "readOnly":
		return unknownName
	case "oneOf", "anyOf":
		return ambiguous
	}
	return wrongValue
}

func place(at string, e *openapi3.SchemaError) string {
	steps := e.JSONPointer()
	var name string
	if _, err := fmt.Sscanf(e.Reason, "property %q is unsupported", &name); err == nil {
		steps = append(steps, name)
	}
	for _, step := range steps {
		if _, err := strconv.Atoi(step); err == nil {
			at += "[]"
		} else {
			at = below(at, step)
		}
	}
	return at
}

// text begins with the keyword and the value, where that is short.
func text(e *openapi3.SchemaError) string {
	switch e.Value.(type) {
	case map[string]any, []any:
		return e.SchemaField + ": " + e.Reason
	}
	return fmt.Sprintf("%s, %v: %s", e.SchemaField, e.Value, e.Reason)
}

func below(at, name string) string {
	if at == "" {
		return name
	}
	return at + "." + name
}
