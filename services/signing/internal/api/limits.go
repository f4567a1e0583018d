package api

import (
	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

// through are an account's capabilities as far as this API takes them: where the contract's rule of a field is stricter than
// the vendor, it is the limit. The rules are read from the contract, which holds them once.
func through(c signature.Capabilities) signature.Capabilities {
	c.MaxSigners = tighter(c.MaxSigners, mostItems("signers"))
	c.MaxTitle = tighter(c.MaxTitle, mostCharacters("title"))
	c.MaxMessage = tighter(c.MaxMessage, mostCharacters("message"))
	c.MaxAttachments = min(c.MaxAttachments, mostItems("attachments")) // here 0 means none
	c.MaxObservers = min(c.MaxObservers, mostItems("observers"))
	return c
}

// tighter is the smaller limit; a vendor's 0 is none that is known.
func tighter(vendors, contracts int) int {
	if vendors == 0 {
		return contracts
	}
	return min(vendors, contracts)
}

func mostItems(field protoreflect.Name) int      { return int(rules(field).GetRepeated().GetMaxItems()) }
func mostCharacters(field protoreflect.Name) int { return int(rules(field).GetString().GetMaxLen()) }

// rules are those of a field of a signature request.
func rules(field protoreflect.Name) *validate.FieldRules {
	options := (&signingv1.SignatureRequest{}).ProtoReflect().Descriptor().Fields().ByName(field).Options()
	rules, _ := proto.GetExtension(options, validate.E_Field).(*validate.FieldRules)
	return rules
}
