package rpc

import (
	"strings"
	"testing"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"buf.build/go/protovalidate"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	_ "github.com/countersign/countersign/gen/countersign/crm/v1"
	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
)

func TestABrokenRuleSaysWhatIsAccepted(t *testing.T) {
	validator, err := protovalidate.New()
	if err != nil {
		t.Fatal(err)
	}
	b := boundary{domain: "countersign.test.v1", validator: validator}
	const value = "s3cret/"
	for want, message := range map[string]proto.Message{
		"must be one of LEVEL_SES, LEVEL_AES, LEVEL_QES": &signingv1.SignatureRequest{},
		`must be one of VERDICT_PROVEN, VERDICT_ATTESTED_BY_PROVIDER"`: &signingv1.SignatureRequest{
			Level: documentv1.Level_LEVEL_SES, RequiredVerdict: documentv1.Proof_VERDICT_FAILED,
		},
		"must be one of STATE_PREPARING, STATE_OUT_FOR_SIGNATURE, ":                             &signingv1.ListSignatureRequestsRequest{State: 99},
		"must be a phone number in E.164: + and 7 to 15 digits, such as +41790000000, or empty": &signingv1.Signer{PhoneNumber: value},
		"must be a language as two lower-case letters (ISO 639-1), such as de":                  &signingv1.SignatureRequest{Language: value},
		"must be a name of the form providers/{name}, or empty":                                 &signingv1.SignatureRequest{Provider: value},
		"must be a name of the form documents/{id}/proof":                                       &documentv1.GetProofRequest{Name: value},
	} {
		err := b.validate(message)
		all := status.Convert(err).Proto().String()
		if status.Code(err) != codes.InvalidArgument || !strings.Contains(all, want) || strings.Contains(all, "s3cret") ||
			strings.Contains(all, "regex") || strings.Contains(all, "in list") {
			t.Errorf("want %q:\n%s", want, all)
		}
	}
}

// TestEveryPatternOfTheContractsHasWords: a person would be shown a regular expression otherwise.
func TestEveryPatternOfTheContractsHasWords(t *testing.T) {
	seen := 0
	protoregistry.GlobalFiles.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		if strings.HasPrefix(string(file.Package()), "countersign.") {
			eachPattern(file.Messages(), func(field protoreflect.FieldDescriptor, pattern string) {
				seen++
				if patternWords(pattern, "") == "" {
					t.Errorf("%s: no words for %s", field.FullName(), pattern)
				}
			})
		}
		return true
	})
	if seen < 40 {
		t.Errorf("only %d patterns were found", seen)
	}
}

func eachPattern(messages protoreflect.MessageDescriptors, do func(protoreflect.FieldDescriptor, string)) {
	for i := range messages.Len() {
		fields := messages.Get(i).Fields()
		for j := range fields.Len() {
			rules, _ := proto.GetExtension(fields.Get(j).Options(), validate.E_Field).(*validate.FieldRules)
			for _, pattern := range []string{
				rules.GetString().GetPattern(), rules.GetRepeated().GetItems().GetString().GetPattern(),
				rules.GetMap().GetKeys().GetString().GetPattern(), rules.GetMap().GetValues().GetString().GetPattern(),
			} {
				if pattern != "" {
					do(fields.Get(j), pattern)
				}
			}
		}
		eachPattern(messages.Get(i).Messages(), do)
	}
}
