package services_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	crmv1 "github.com/countersign/countersign/gen/countersign/crm/v1"
	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	gatewayv1 "github.com/countersign/countersign/gen/countersign/gateway/v1"
	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
)

// contractFiles are all files of the contracts.
func contractFiles() []protoreflect.FileDescriptor {
	return []protoreflect.FileDescriptor{
		crmv1.File_countersign_crm_v1_crm_service_proto, crmv1.File_countersign_crm_v1_crm_webhooks_proto,
		crmv1.File_countersign_crm_v1_deal_proto, crmv1.File_countersign_crm_v1_error_reason_proto,
		documentv1.File_countersign_document_v1_document_proto, documentv1.File_countersign_document_v1_document_download_service_proto,
		documentv1.File_countersign_document_v1_document_service_proto,
		documentv1.File_countersign_document_v1_error_reason_proto, documentv1.File_countersign_document_v1_level_proto,
		documentv1.File_countersign_document_v1_proof_proto, documentv1.File_countersign_document_v1_template_proto,
		gatewayv1.File_countersign_gateway_v1_error_proto, gatewayv1.File_countersign_gateway_v1_error_reason_proto,
		gatewayv1.File_countersign_gateway_v1_watch_line_proto,
		signingv1.File_countersign_signing_v1_error_reason_proto, signingv1.File_countersign_signing_v1_event_proto,
		signingv1.File_countersign_signing_v1_provider_proto, signingv1.File_countersign_signing_v1_signature_request_proto,
		signingv1.File_countersign_signing_v1_signing_provider_proto, signingv1.File_countersign_signing_v1_signing_webhooks_proto,
	}
}

func TestContractFilesAreAllHere(t *testing.T) {
	onDisk, err := filepath.Glob("../proto/countersign/*/v1/*.proto")
	if err != nil {
		t.Fatal(err)
	}
	var known []string
	for _, file := range contractFiles() {
		known = append(known, "../proto/"+file.Path())
	}
	for _, path := range onDisk {
		if !slices.Contains(known, path) {
			t.Errorf("%s is not among the files that the laws read", path)
		}
	}
}

func methods() []protoreflect.MethodDescriptor {
	var all []protoreflect.MethodDescriptor
	for _, file := range contractFiles() {
		for i := range file.Services().Len() {
			service := file.Services().Get(i)
			for j := range service.Methods().Len() {
				all = append(all, service.Methods().Get(j))
			}
		}
	}
	return all
}

func isWebhook(m protoreflect.MethodDescriptor) bool {
	return strings.HasSuffix(string(m.Parent().Name()), "Webhooks")
}

func idempotency(m protoreflect.MethodDescriptor) descriptorpb.MethodOptions_IdempotencyLevel {
	options, _ := m.Options().(*descriptorpb.MethodOptions)
	return options.GetIdempotencyLevel()
}

func TestEveryCallSaysWhatRepeatingDoes(t *testing.T) {
	for _, m := range methods() {
		if idempotency(m) == descriptorpb.MethodOptions_IDEMPOTENCY_UNKNOWN {
			t.Errorf("%s has no idempotency_level", m.FullName())
		}
	}
}

func TestListsArePaged(t *testing.T) {
	for _, m := range methods() {
		if !strings.HasPrefix(string(m.Name()), "List") {
			continue
		}
		in, out := m.Input().Fields(), m.Output().Fields()
		size, token, next := in.ByName("page_size"), in.ByName("page_token"), out.ByName("next_page_token")
		if size == nil || size.Kind() != protoreflect.Int32Kind || token == nil || token.Kind() != protoreflect.StringKind ||
			next == nil || next.Kind() != protoreflect.StringKind {
			t.Errorf("%s lacks page_size, page_token or next_page_token", m.FullName())
		}
		if out.Len() != 2 || !out.Get(0).IsList() {
			t.Errorf("%s answers with something else than a list and a token", m.FullName())
		}
		if idempotency(m) != descriptorpb.MethodOptions_NO_SIDE_EFFECTS {
			t.Errorf("%s has side effects", m.FullName())
		}
	}
}

// withoutRequestID lists effects that need no caller's id, and why.
func withoutRequestID() map[protoreflect.FullName]string {
	return map[protoreflect.FullName]string{
		"countersign.document.v1.DocumentService.ProveDocument":  "a document has one proof: its name is the key",
		"countersign.document.v1.DocumentService.SetLegalHold":   "it sets a state: once or twice is the same",
		"countersign.document.v1.DocumentService.DeleteDocument": "what is gone stays gone: its name is the key",
	}
}

// readsByPost lists calls without effects that are no GET, and why.
func readsByPost() map[protoreflect.FullName]string {
	return map[protoreflect.FullName]string{
		"countersign.document.v1.DocumentService.PreviewDocument":    "the values are a body, and personal",
		"countersign.document.v1.DocumentService.VerifyDocument":     "the signers are a body, and personal",
		"countersign.document.v1.DocumentService.CreateDownloadLink": "the answer is a secret that nobody may cache",
		"countersign.signing.v1.SigningProvider.GetSigningLink":      "the answer is a secret that nobody may cache",
	}
}

// streamsWithPath lists streams that HTTP has too, and why.
func streamsWithPath() map[protoreflect.FullName]string {
	return map[protoreflect.FullName]string{
		"countersign.signing.v1.SigningProvider.WatchEvents": "each message is a line of JSON that is whole by itself",
	}
}

// withoutName lists messages in answers that are no resources, and why.
func withoutName() map[protoreflect.FullName]string {
	return map[protoreflect.FullName]string{
		"countersign.document.v1.SignatureField":                 "it is a part of its document",
		"google.protobuf.Timestamp":                              "it is a point in time",
		"countersign.signing.v1.GetDeliveryLogResponse.Delivery": "it is a line of the provider's log",
	}
}

func TestEffectsCanBeRepeated(t *testing.T) {
	for _, m := range methods() {
		_, excused := withoutRequestID()[m.FullName()]
		if isWebhook(m) || excused || idempotency(m) == descriptorpb.MethodOptions_NO_SIDE_EFFECTS {
			continue
		}
		messages := []protoreflect.MessageDescriptor{m.Input()}
		if header := m.Input().Messages().ByName("Header"); m.IsStreamingClient() && header != nil {
			messages = append(messages, header)
		}
		if !slices.ContainsFunc(messages, func(d protoreflect.MessageDescriptor) bool {
			return d.Fields().ByName("request_id") != nil
		}) {
			t.Errorf("%s has effects and no request_id", m.FullName())
		}
	}
}

func TestPathsStayInTheirPlaces(t *testing.T) {
	for _, m := range methods() {
		rule, _ := proto.GetExtension(m.Options(), annotations.E_Http).(*annotations.HttpRule)
		if rule == nil {
			if isWebhook(m) {
				t.Errorf("%s has no path", m.FullName())
			}
			continue
		}
		path, prefix := rule.GetGet()+rule.GetPost()+rule.GetDelete(), "/v1/"
		if isWebhook(m) {
			prefix = "/webhooks/"
		}
		if !strings.HasPrefix(path, prefix) {
			t.Errorf("%s: path %q is not below %s", m.FullName(), path, prefix)
		}
		_, lines := streamsWithPath()[m.FullName()]
		if (m.IsStreamingClient() || m.IsStreamingServer()) && !lines {
			t.Errorf("%s: streams have no path", m.FullName())
		}
		_, posted := readsByPost()[m.FullName()]
		if reads := idempotency(m) == descriptorpb.MethodOptions_NO_SIDE_EFFECTS && !posted; reads != (rule.GetGet() != "") {
			t.Errorf("%s: reads: %t, but GET %q", m.FullName(), reads, rule.GetGet())
		}
		if len(rule.GetAdditionalBindings()) > 0 {
			t.Errorf("%s has a second path", m.FullName())
		}
	}
}

func TestResourcesStartWithTheirName(t *testing.T) {
	for _, m := range methods() {
		fields := m.Output().Fields()
		for i := range fields.Len() {
			resource := fields.Get(i).Message()
			if resource == nil || withoutName()[resource.FullName()] != "" {
				continue
			}
			want := protoreflect.Name("name")
			if resource.Name() == "Event" {
				want = "position" // an event is found by its place in the log
			}
			if first := resource.Fields().Get(0); first.Name() != want || first.Number() != 1 {
				t.Errorf("%s starts with %s = %d, want %s = 1", resource.FullName(), first.Name(), first.Number(), want)
			}
		}
	}
}

func TestEnumsStartUnspecified(t *testing.T) {
	var check func(protoreflect.EnumDescriptors, protoreflect.MessageDescriptors)
	seen := 0
	check = func(enums protoreflect.EnumDescriptors, messages protoreflect.MessageDescriptors) {
		for i := range enums.Len() {
			seen++
			first := enums.Get(i).Values().Get(0)
			if first.Number() != 0 || !strings.HasSuffix(string(first.Name()), "_UNSPECIFIED") {
				t.Errorf("%s starts with %s = %d", enums.Get(i).FullName(), first.Name(), first.Number())
			}
		}
		for i := range messages.Len() {
			check(messages.Get(i).Enums(), messages.Get(i).Messages())
		}
	}
	for _, file := range contractFiles() {
		check(file.Enums(), file.Messages())
	}
	if seen < 5 {
		t.Errorf("only %d enums found", seen)
	}
}

// A reason that nothing returns is a promise that nobody keeps.
func TestEveryReasonIsReturned(t *testing.T) {
	for _, reasons := range []protoreflect.EnumDescriptor{
		crmv1.ErrorReason(0).Descriptor(), documentv1.ErrorReason(0).Descriptor(), gatewayv1.ErrorReason(0).Descriptor(),
		signingv1.ErrorReason(0).Descriptor(),
	} {
		context := strings.Split(string(reasons.FullName()), ".")[1]
		code := readAll(t, context, ".go") + readAll(t, "internal/rpc", ".go")
		comments := rpcComments(readAll(t, "../proto/countersign/"+context, ".proto"))
		for i := range reasons.Values().Len() {
			name := strings.TrimPrefix(string(reasons.Values().Get(i).Name()), "ERROR_REASON_")
			inComment := regexp.MustCompile(`\b` + name + `\b`).MatchString(comments)
			if name != "UNSPECIFIED" && !strings.Contains(code, `"`+name+`"`) && !strings.Contains(code, "ErrorReason_ERROR_REASON_"+name) && !inComment {
				t.Errorf("%s: no code of %s and no rpc's comment names %s", reasons.FullName(), context, name)
			}
		}
	}
}

// rpcComments returns the comments directly before rpcs.
func rpcComments(text string) string {
	return strings.Join(regexp.MustCompile(`(?m)(?:^ *//.*\n)+ *rpc `).FindAllString(text, -1), "")
}

// readAll joins the files below a folder with an ending, tests left out.
func readAll(t *testing.T, folder, ending string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ending) || strings.HasSuffix(path, "_test.go") {
			return err
		}
		content, err := os.ReadFile(path)
		all.Write(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if all.Len() == 0 {
		t.Fatalf("%s has no %s files", folder, ending)
	}
	return all.String()
}
