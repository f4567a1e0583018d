package gateway

import (
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	crmv1 "github.com/countersign/countersign/gen/countersign/crm/v1"
	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/internal/fault"
)

// queries are the routes whose query is a part of the call, by HTTP method and pattern. The webhooks are none of them: a
// vendor may add to an address what it likes.
type queries map[string]query

// query is what the query of one route may hold.
type query struct {
	// domain of the contract's reasons.
	domain string
	input  protoreflect.MessageDescriptor
	// elsewhere are the fields that the path and the body tell.
	elsewhere []string
}

// contractQueries reads them from the contracts.
func contractQueries() queries {
	all := queries{}
	for _, file := range []protoreflect.FileDescriptor{
		crmv1.File_countersign_crm_v1_crm_service_proto, documentv1.File_countersign_document_v1_document_service_proto,
		signingv1.File_countersign_signing_v1_signing_provider_proto,
	} {
		for i := range file.Services().Len() {
			methods := file.Services().Get(i).Methods()
			for j := range methods.Len() {
				all.add(string(file.Package()), methods.Get(j))
			}
		}
	}
	return all
}

func (q queries) add(domain string, rpc protoreflect.MethodDescriptor) {
	rule, _ := proto.GetExtension(rpc.Options(), annotations.E_Http).(*annotations.HttpRule)
	for method, path := range map[string]string{
		http.MethodGet: rule.GetGet(), http.MethodPost: rule.GetPost(), http.MethodDelete: rule.GetDelete(),
	} {
		if path == "" {
			continue
		}
		elsewhere := []string{rule.GetBody()}
		for _, variable := range regexp.MustCompile(`\{([a-z_]+)`).FindAllStringSubmatch(path, -1) {
			elsewhere = append(elsewhere, variable[1])
		}
		pattern := regexp.MustCompile(`\{([a-z_]+)\}`).ReplaceAllString(path, "{$1=*}")
		q[method+" "+pattern] = query{domain, rpc.Input(), elsewhere}
	}
}

// refuseStrange refuses a query that holds what the call does not have: the library ignores it, and a mistyped filter
// would list everything.
func (q queries) refuseStrange(next runtime.HandlerFunc) runtime.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request, params map[string]string) {
		pattern, _ := runtime.HTTPPattern(r.Context())
		at, ok := q[r.Method+" "+pattern.String()]
		for _, key := range slices.Sorted(maps.Keys(r.URL.Query())) {
			if ok && !at.takes(key) {
				answerError(r.Context(), nil, nil, w, r, at.strange(key))
				return
			}
		}
		next(w, r, params)
	}
}

// takes tells whether a key of a query is a field of the call that nothing else tells, or leads to one.
func (q query) takes(key string) bool {
	if slices.Contains(q.elsewhere, "*") {
		return false
	}
	message := q.input
	path, _, _ := strings.Cut(key, "[")
	for i, name := range strings.Split(path, ".") {
		if message == nil {
			return false
		}
		field := fieldNamed(message, name)
		if field == nil || i == 0 && slices.Contains(q.elsewhere, string(field.Name())) {
			return false
		}
		message = field.Message()
	}
	return true
}

// strange refuses a key. It is repeated only where it looks like a field's name: anything else may be anybody's data.
func (q query) strange(key string) error {
	found := fault.Violation{Field: key, Description: "is no parameter of this call's query"}
	if !slices.Contains(q.elsewhere, "*") {
		found.Description += hint(q.input, key)
	}
	answer := &fault.Error{
		Code: codes.InvalidArgument, Domain: q.domain, Reason: "INVALID_REQUEST", Message: key + ": " + found.Description,
		Metadata: map[string]string{"field": key}, Violations: []fault.Violation{found},
	}
	if !nameable(key) {
		answer.Message, answer.Metadata, answer.Violations = "the query holds what is no parameter of this call", nil, nil
	}
	return answer
}
