package gateway

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/countersign/countersign/services/internal/fault"
	"github.com/countersign/countersign/services/internal/rpc"
	"github.com/countersign/countersign/services/internal/spelling"
)

// mostElements bounds how far into a list the field at fault is looked for.
const mostElements = 1000

// undecoded tells which field of a request could not be read, as the contracts' own refusals do. The library's text is not
// passed on: it repeats the input. Everything said here is the contract's word.
func undecoded(method protoreflect.MethodDescriptor, r *http.Request, err error) error {
	domain, input := contractOf(method)
	found := fault.Violation{Description: "or the query is not what the API describes"}
	if said := fieldOfQuery().FindStringSubmatch(status.Convert(err).Message()); said != nil {
		found = inQuery(input, said[2], said[1] != "parsing")
	}
	if r != nil {
		if body, ok := r.Body.(rawBody); ok && body.broken.Description != "" {
			found = *body.broken
		}
	}
	answer := &fault.Error{Code: codes.InvalidArgument, Domain: domain, Reason: "INVALID_REQUEST", Message: "the body " + found.Description}
	if found.Field != "" {
		answer.Message = found.Field + ": " + found.Description
		answer.Metadata, answer.Violations = map[string]string{"field": found.Field}, []fault.Violation{found}
	}
	return answer.GRPCStatus().Err()
}

// fieldOfQuery finds the contract's field in the library's text about a query, which begins with it.
func fieldOfQuery() *regexp.Regexp {
	return regexp.MustCompile(`^(parsing|too many values for) field "([a-z][a-z0-9_]{0,63})"`)
}

// inQuery says what a parameter must be.
func inQuery(input protoreflect.MessageDescriptor, name string, several bool) fault.Violation {
	found := fault.Violation{Field: name, Description: "has a value that the API does not take"}
	if several {
		found.Description = "is there more than once"
	} else if input != nil {
		if field := input.Fields().ByTextName(name); field != nil {
			found.Description = "must be " + kind(field)
		}
	}
	return found
}

// called is the call that was found; nil when none was.
func called(ctx context.Context) protoreflect.MethodDescriptor {
	name, _ := runtime.RPCMethod(ctx)
	full := protoreflect.FullName(strings.ReplaceAll(strings.TrimPrefix(name, "/"), "/", "."))
	found, _ := protoregistry.GlobalFiles.FindDescriptorByName(full)
	method, _ := found.(protoreflect.MethodDescriptor)
	return method
}

// contractOf is the domain of the reasons that a call is refused with, and what it takes.
func contractOf(method protoreflect.MethodDescriptor) (string, protoreflect.MessageDescriptor) {
	if method == nil {
		return domain, nil
	}
	return string(method.ParentFile().Package()), method.Input()
}

// violation finds the field at fault in JSON that could not be read as a message: one field after another is read alone.
// path is where the message stands, empty for the body itself.
func violation(d protoreflect.MessageDescriptor, raw []byte, path string) fault.Violation {
	var object map[string]json.RawMessage
	if json.Unmarshal(raw, &object) != nil || object == nil {
		return fault.Violation{Field: path, Description: "must be one JSON object"}
	}
	for _, key := range slices.Sorted(maps.Keys(object)) {
		if reads(d, key, object[key]) {
			continue
		}
		field := fieldNamed(d, key)
		if field == nil {
			return unknown(d, key, path)
		}
		return inField(field, object[key], strings.TrimPrefix(path+"."+string(field.Name()), "."))
	}
	return fault.Violation{Field: path, Description: "has a field twice, or two that exclude each other"}
}

// fieldNamed is the field that JSON or the contract calls so; nil when there is none.
func fieldNamed(d protoreflect.MessageDescriptor, name string) protoreflect.FieldDescriptor {
	if field := d.Fields().ByJSONName(name); field != nil {
		return field
	}
	return d.Fields().ByTextName(name)
}

// inField looks for the fault within the value of a field.
func inField(field protoreflect.FieldDescriptor, raw []byte, path string) fault.Violation {
	message := field.Message()
	own := message != nil && !field.IsMap() && strings.HasPrefix(string(message.FullName()), "countersign.")
	if !field.IsList() {
		if own {
			return violation(message, raw, path)
		}
		return fault.Violation{Field: path, Description: "must be " + kind(field)}
	}
	var elements []json.RawMessage
	if json.Unmarshal(raw, &elements) != nil {
		return fault.Violation{Field: path, Description: "must be a list"}
	}
	for i, element := range elements[:min(len(elements), mostElements)] {
		at := fmt.Sprintf("%s[%d]", path, i)
		switch list := slices.Concat([]byte("["), element, []byte("]")); {
		case reads(field.ContainingMessage(), field.JSONName(), list):
		case own:
			return violation(message, element, at)
		default:
			return fault.Violation{Field: at, Description: "must be " + kind(field)}
		}
	}
	return fault.Violation{Field: path, Description: "must be a list of " + kind(field)}
}

// reads tells whether a message can be read that holds this field alone.
func reads(d protoreflect.MessageDescriptor, key string, value []byte) bool {
	name, err := json.Marshal(key)
	return err == nil && protojson.Unmarshal(slices.Concat([]byte("{"), name, []byte(":"), value, []byte("}")), dynamicpb.NewMessage(d)) == nil
}

// kind says what a field takes.
func kind(field protoreflect.FieldDescriptor) string {
	switch {
	case field.IsMap():
		return "a JSON object of texts"
	case field.Kind() == protoreflect.StringKind:
		return "text"
	case field.Kind() == protoreflect.BoolKind:
		return "true or false"
	case field.Kind() == protoreflect.BytesKind:
		return "base64"
	case field.Kind() == protoreflect.EnumKind:
		return "one of " + rpc.EnumNames(field)
	case field.Message() == nil:
		return "a number in its range"
	case field.Message().FullName() == "google.protobuf.Timestamp":
		return "a time such as 2026-03-02T09:00:00Z"
	case field.Message().FullName() == "google.protobuf.Duration":
		return "a duration such as 600s"
	}
	return "what the API describes"
}

// hint asks whether the nearest field was meant.
func hint(d protoreflect.MessageDescriptor, key string) string {
	var names []string
	for i := range d.Fields().Len() {
		names = append(names, d.Fields().Get(i).JSONName())
	}
	return spelling.Hint(key, names)
}

// nameable tells whether a caller's word looks like a field's name and may be repeated: anything else may be anybody's data.
func nameable(key string) bool {
	return regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.]{0,63}$`).MatchString(key)
}

// unknown says that the message has no field of this name. It is repeated only where it is a field's name with a typing
// error.
func unknown(d protoreflect.MessageDescriptor, key, path string) fault.Violation {
	name, meant := "", hint(d, key)
	if meant != "" && nameable(key) {
		name = strconv.Quote(key) + " "
	}
	return fault.Violation{Field: path, Description: "has a field " + name + "that the API does not know" + meant}
}
