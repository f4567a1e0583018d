package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/timestamppb"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/signing/internal/signature"
)

func (r *rig) list(in *signingv1.ListSignatureRequestsRequest) ([]string, string) {
	r.t.Helper()
	page, err := r.provider.ListSignatureRequests(r.t.Context(), in)
	if err != nil {
		r.t.Fatal(err)
	}
	var names []string
	for _, request := range page.GetSignatureRequests() {
		names = append(names, request.GetName())
	}
	return names, page.GetNextPageToken()
}

// several are requests that were made one after another, every second one of another deal.
func several(n int) []signature.Request {
	var list []signature.Request
	for i := range n {
		request := stored(signature.OutForSignature)
		request.CreateTime = time.Date(2026, 3, 2, 9, 0, i, 0, time.UTC)
		request.Reference = fmt.Sprintf("deal-%d", i%2)
		list = append(list, request)
	}
	return list
}

func TestAListGoesFromTheNewestToTheOldest(t *testing.T) {
	r := newRig(t)
	names := r.have(several(5)...)
	var got []string
	in := &signingv1.ListSignatureRequestsRequest{PageSize: 2}
	pages := 0
	for pages < 10 {
		page, next := r.list(in)
		got, pages = append(got, page...), pages+1
		if next == "" {
			break
		}
		in.PageToken = next
		r.have(stored(signature.OutForSignature)) // a newer one disturbs nothing
	}
	want := []string{names[4], names[3], names[2], names[1], names[0]}
	if diff := cmp.Diff(want, got); diff != "" || pages != 3 {
		t.Errorf("%d pages (-want +got):\n%s", pages, diff)
	}
}

// TestLargeRequestsMakeShortPages and not a list that nobody can read any more; one that is too large is not taken.
func TestLargeRequestsMakeShortPages(t *testing.T) {
	r := newRig(t)
	large := several(9)
	for i := range large {
		large[i].Source = signature.Source{Template: "templates/nda", Values: map[string]string{"text": strings.Repeat("x", 900_000)}}
	}
	names := r.have(large...)
	slices.Reverse(names)
	var got []string
	in := &signingv1.ListSignatureRequestsRequest{}
	for range 9 {
		page, next := r.list(in)
		if got, in.PageToken = append(got, page...), next; next == "" {
			break
		}
	}
	if diff := cmp.Diff(names, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	over := creation()
	over.SignatureRequest.Source = &signingv1.SignatureRequest_Template{Template: &signingv1.TemplateSource{
		Template: "templates/nda", Language: "de", Values: map[string]string{"text": strings.Repeat("x", 1<<20)},
	}}
	_, err := r.provider.CreateSignatureRequest(t.Context(), over)
	refused(t, err, codes.InvalidArgument, "INVALID_REQUEST", "field", "signature_request")
}

func TestAListIsFiltered(t *testing.T) {
	r := newRig(t)
	names := r.have(several(4)...)
	signed := stored(signature.Signed)
	names = append(names, r.have(signed)...)
	for name, c := range map[string]struct {
		in   *signingv1.ListSignatureRequestsRequest
		want []string
	}{
		"by reference": {&signingv1.ListSignatureRequestsRequest{Reference: "deal-1"}, []string{names[3], names[1]}},
		"by state":     {&signingv1.ListSignatureRequestsRequest{State: signingv1.SignatureRequest_STATE_SIGNED}, []string{names[4]}},
		"by both":      {&signingv1.ListSignatureRequestsRequest{State: signingv1.SignatureRequest_STATE_SIGNED, Reference: "deal-1"}, nil},
		"a full page":  {&signingv1.ListSignatureRequestsRequest{Reference: "deal-1", PageSize: 2}, []string{names[3], names[1]}},
	} {
		got, next := r.list(c.in)
		if diff := cmp.Diff(c.want, got); diff != "" || next != "" {
			t.Errorf("%s: next %q (-want +got):\n%s", name, next, diff)
		}
	}
}

// TestEveryFilterOfTheContractCounts, in pages that go on under the same filters in another order.
func TestEveryFilterOfTheContractCounts(t *testing.T) {
	r := newRig(t)
	requests := several(5)
	for i := range requests {
		requests[i].Labels = map[string]string{"team": "hr", "year": "2026"}
	}
	requests[0].Provider, requests[1].Labels = "ch", map[string]string{"team": "hr"}
	names := r.have(requests...)
	first := requests[0].CreateTime
	in := &signingv1.ListSignatureRequestsRequest{
		Provider: "providers/eu", Labels: []string{"team=hr", "year=2026"}, PageSize: 1, State: signingv1.SignatureRequest_STATE_OUT_FOR_SIGNATURE,
		CreatedAfter: timestamppb.New(first), CreatedBefore: timestamppb.New(first.Add(4 * time.Second)),
	}
	got, token := r.list(in)
	in.PageToken, in.Labels = token, []string{"year=2026", "team=hr"}
	more, end := r.list(in)
	if diff := cmp.Diff([]string{names[3], names[2]}, append(got, more...)); diff != "" || end != "" {
		t.Errorf("next %q (-want +got):\n%s", end, diff)
	}
	for field, wrong := range map[string]*signingv1.ListSignatureRequestsRequest{
		"created_after":  {CreatedAfter: &timestamppb.Timestamp{Seconds: 1 << 60}},
		"created_before": {CreatedBefore: &timestamppb.Timestamp{Nanos: -1}},
		"provider":       {Provider: "eu"},
		"labels[0]":      {Labels: []string{"team"}},
	} {
		_, err := r.provider.ListSignatureRequests(t.Context(), wrong)
		refused(t, err, codes.InvalidArgument, "INVALID_REQUEST", "field", field)
	}
}

func TestAPageTokenBelongsToItsList(t *testing.T) {
	r := newRig(t)
	r.have(several(6)...)
	_, token := r.list(&signingv1.ListSignatureRequestsRequest{PageSize: 1, Reference: "deal-1"})
	for name, in := range map[string]*signingv1.ListSignatureRequestsRequest{
		"without its filter":  {PageToken: token},
		"with another filter": {PageToken: token, Reference: "deal-0"},
		"with one more":       {PageToken: token, Reference: "deal-1", State: signingv1.SignatureRequest_STATE_SIGNED},
		"with a provider":     {PageToken: token, Reference: "deal-1", Provider: "providers/eu"},
		"with a label":        {PageToken: token, Reference: "deal-1", Labels: []string{"team=hr"}},
		"with a first time":   {PageToken: token, Reference: "deal-1", CreatedAfter: timestamppb.New(time.Unix(1, 0))},
		"with a last time":    {PageToken: token, Reference: "deal-1", CreatedBefore: timestamppb.New(time.Unix(1, 0))},
		"made up":             {PageToken: "AAAA", Reference: "deal-1"},
		"no base64":           {PageToken: "%", Reference: "deal-1"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := r.provider.ListSignatureRequests(t.Context(), in)
			refused(t, err, codes.InvalidArgument, "INVALID_REQUEST", "field", "page_token")
		})
	}
	_, err := r.provider.ListEvents(t.Context(), &signingv1.ListEventsRequest{PageToken: token})
	refused(t, err, codes.InvalidArgument, "INVALID_REQUEST", "field", "page_token")
	_, err = r.provider.ListProviders(t.Context(), &signingv1.ListProvidersRequest{PageToken: token})
	refused(t, err, codes.InvalidArgument, "INVALID_REQUEST", "field", "page_token")
}

func TestAPageHoldsWhatTheContractSays(t *testing.T) {
	r := newRig(t)
	r.have(several(201)...)
	for size, want := range map[int32]int{0: 50, 7: 7, 200: 200, 1000: 200} {
		if got, next := r.list(&signingv1.ListSignatureRequestsRequest{PageSize: size}); len(got) != want || next == "" {
			t.Errorf("size %d: %d requests, next %q", size, len(got), next)
		}
	}
}

func TestProvidersAreListedByName(t *testing.T) {
	r := newRig(t)
	want := &signingv1.Provider{
		Name: "providers/ch", Vendor: "fake", Sandbox: true, Languages: []string{"de"}, OrderedSigners: true, MaxSigners: 3,
		MaxDocumentBytes: 9, Health: signingv1.Provider_HEALTH_UP, Offers: []*signingv1.Provider_Offer{{
			Level:            documentv1.Level_LEVEL_QES,
			Legislations:     []documentv1.Legislation{documentv1.Legislation_LEGISLATION_EIDAS, documentv1.Legislation_LEGISLATION_ZERTES},
			Authentications:  []signingv1.Signer_Authentication{signingv1.Signer_AUTHENTICATION_SMS_CODE},
			StrongestVerdict: documentv1.Proof_VERDICT_PROVEN,
		}}, MaxTitleLength: 128, MaxMessageLength: 1000,
	}
	first, err := r.provider.ListProviders(t.Context(), &signingv1.ListProvidersRequest{PageSize: 2})
	if err != nil || len(first.GetProviders()) != 2 {
		t.Fatal(first, err)
	}
	if diff := cmp.Diff(want, first.GetProviders()[0], protocmp.Transform()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	second, err := r.provider.ListProviders(t.Context(), &signingv1.ListProvidersRequest{PageSize: 2, PageToken: first.GetNextPageToken()})
	if err != nil || len(second.GetProviders()) != 1 || second.GetProviders()[0].GetName() != "providers/test" || second.GetNextPageToken() != "" {
		t.Errorf("%v, %v", second, err)
	}
}
