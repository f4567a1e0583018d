package rpc

import (
	"regexp"
	"slices"
	"strings"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"buf.build/go/protovalidate"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// mostNames bounds how many names of an enum are told.
const mostNames = 20

// words says what a field must be where the contract's rule says it in numbers or as a regular expression. They are never
// about what the field was.
func words(v *protovalidate.Violation) string {
	rule := v.Proto.GetRuleId()
	switch {
	case strings.HasPrefix(rule, "enum.") && v.FieldDescriptor != nil && v.FieldDescriptor.Enum() != nil:
		return "must be one of " + EnumNames(v.FieldDescriptor)
	case rule == "string.pattern" && v.RuleValue.IsValid():
		return patternWords(v.RuleValue.String(), v.Proto.GetMessage())
	}
	return v.Proto.GetMessage()
}

// EnumNames lists what an enum's field may be set to.
func EnumNames(field protoreflect.FieldDescriptor) string {
	rules, _ := proto.GetExtension(field.Options(), validate.E_Field).(*validate.FieldRules)
	refused := slices.Concat(rules.GetEnum().GetNotIn(), rules.GetRepeated().GetItems().GetEnum().GetNotIn())
	var names []string
	values := field.Enum().Values()
	for i := 1; i < values.Len() && i <= mostNames; i++ { // the first one means that it is not set
		if value := values.Get(i); !slices.Contains(refused, int32(value.Number())) {
			names = append(names, string(value.Name()))
		}
	}
	return strings.Join(names, ", ")
}

// patternWords says a pattern of the contracts in words; otherwise are those for a pattern that is not known here.
func patternWords(pattern, otherwise string) string {
	core := strings.TrimSuffix(strings.TrimPrefix(pattern, "^"), "$")
	inner, empty := strings.CutSuffix(core, ")?")
	if empty {
		core = strings.TrimPrefix(inner, "(")
	}
	text, known := phrases()[core]
	if form := resourceForm(core); form != "" {
		text, known = "a name of the form "+form, true
	}
	if !known {
		return otherwise
	}
	if empty {
		text += ", or empty"
	}
	return "must be " + text
}

// resourceForm is the form of resource names that the pattern describes, such as documents/{id}; empty for any other.
func resourceForm(core string) string {
	form := strings.NewReplacer(
		"[0-9a-f-]{36}", "{id}", "[0-9]{1,18}", "{number}", "[a-z0-9][a-z0-9-]{0,62}", "{name}", "[a-z][a-z0-9-]{0,62}", "{name}",
	).Replace(core)
	if !regexp.MustCompile(`^[a-zA-Z]+(/[a-zA-Z]+|/\{[a-z]+\})+$`).MatchString(form) {
		return ""
	}
	return form
}

// phrases are the words for patterns, without their anchors.
func phrases() map[string]string {
	return map[string]string{
		`[a-z]{2}`:                        "a language as two lower-case letters (ISO 639-1), such as de",
		`\+[1-9][0-9]{6,14}`:              "a phone number in E.164: + and 7 to 15 digits, such as +41790000000",
		`https://[!-~]{1,247}`:            "an https URL of at most 255 ASCII characters, without spaces",
		`[0-9a-f]{64}`:                    "a SHA-256 as 64 lower-case hexadecimal digits",
		`EU|CH`:                           "EU or CH",
		`\S`:                              "more than white space",
		`[a-z][a-z0-9_]{0,63}`:            "a lower-case letter, then at most 63 lower-case letters, digits or _",
		`[a-z][a-z0-9_.-]{0,62}`:          "a lower-case letter, then at most 62 lower-case letters, digits or one of _ . -",
		`[A-Z][A-Z0-9_]{0,63}`:            "an upper-case letter, then at most 63 upper-case letters, digits or _",
		`[A-Za-z0-9-]{1,64}`:              "1 to 64 letters, digits or hyphens",
		`[A-Za-z0-9-]{0,64}`:              "at most 64 letters, digits or hyphens",
		`[^/\\\x00-\x1f]{1,128}`:          "1 to 128 characters, none of them a slash, a backslash or a control character",
		`[A-Za-z][A-Za-z0-9_ .-]{0,63}`:   "a letter, then at most 63 letters, digits, spaces or one of _ . -",
		`[a-z][a-z0-9_.-]{0,62}=.{0,128}`: "KEY=VALUE: the key a lower-case letter, then at most 62 lower-case letters, digits or one of _ . -; the value at most 128 characters",
	}
}
