package api_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/timestamppb"

	crmv1 "github.com/countersign/countersign/gen/countersign/crm/v1"
	"github.com/countersign/countersign/services/crm/internal/api"
	"github.com/countersign/countersign/services/crm/internal/jobs"
	"github.com/countersign/countersign/services/crm/internal/pipeline"
	"github.com/countersign/countersign/services/crm/internal/store"
	"github.com/countersign/countersign/services/internal/durable"
	"github.com/countersign/countersign/services/internal/rpc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const token = "a-token-of-more-than-22-characters"

// counter is the service behind a real server and its pipe.
type counter struct {
	*testing.T
	deals    crmv1.CrmServiceClient
	webhooks crmv1.CrmWebhooksClient
	db       *durable.Store
	store    *store.Store
	log      *journal
}

// journal is a log that can be read while it is written.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(line []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(line)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

func open(t *testing.T) *counter {
	t.Helper()
	c := &counter{T: t, log: &journal{}}
	logger := slog.New(slog.NewTextHandler(c.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	migrations, err := store.Migrations()
	c.must(err)
	queue := durable.NewJobs()
	jobs.Register(queue, &jobs.Worker{}) // jobs are only queued here
	c.db, err = durable.Open(t.Context(), durable.Config{
		Path: filepath.Join(t.TempDir(), "crm.db"), Migrations: migrations, Jobs: queue, Logger: logger,
	})
	c.must(err)
	c.store = store.New(c.db)
	doors := map[string]api.Door{"acme": {Token: token, AccountID: 32720107}, "open": {Token: token}, "unset": {}}
	conn := c.serve(logger, doors)
	c.deals, c.webhooks = crmv1.NewCrmServiceClient(conn), crmv1.NewCrmWebhooksClient(conn)
	return c
}

func (c *counter) serve(logger *slog.Logger, doors map[string]api.Door) *grpc.ClientConn {
	c.Helper()
	server, err := rpc.NewServer(rpc.ServerConfig{Domain: api.Domain, Logger: logger}, func(s grpc.ServiceRegistrar) {
		crmv1.RegisterCrmServiceServer(s, &api.Service{Store: c.store})
		crmv1.RegisterCrmWebhooksServer(s, &api.Webhooks{DB: c.db, Doors: doors, Logger: logger})
	})
	c.must(err)
	conn, err := server.Pipe()
	c.must(err)
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- server.Serve(ctx) }()
	c.Cleanup(func() {
		c.must(conn.Close())
		cancel()
		c.must(<-served)
		c.must(c.db.Close())
	})
	return conn
}

func (c *counter) must(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

// refused wants an error of this contract with a code and a reason.
func (c *counter) refused(err error, code codes.Code, reason string) {
	c.Helper()
	var info *errdetails.ErrorInfo
	for _, detail := range status.Convert(err).Details() {
		if found, ok := detail.(*errdetails.ErrorInfo); ok {
			info = found
		}
	}
	if status.Code(err) != code || info.GetReason() != reason || info.GetDomain() != "countersign.crm.v1" {
		c.Errorf("%v with %v, want %s %s", err, info, code, reason)
	}
	if _, known := crmv1.ErrorReason_value["ERROR_REASON_"+reason]; !known {
		c.Errorf("the contract has no reason %s", reason)
	}
}

func (c *counter) save(change func(ctx context.Context, tx *durable.Tx) error) {
	c.Helper()
	c.must(c.db.Update(c.Context(), change))
}

func TestADealIsShownWhole(t *testing.T) {
	c := open(t)
	at := time.UnixMicro(1_700_000_000_000_001)
	c.save(func(ctx context.Context, tx *durable.Tx) error {
		deal := store.Deal{Account: "acme", LeadID: 7, Decision: pipeline.Ask, Reason: "why", Rule: "service", Missing: []string{"EMAIL", "PHONE"}, UpdateTime: at}
		if err := c.store.SaveDeal(ctx, tx, deal); err != nil {
			return err
		}
		attempt := store.Attempt{
			Reference: "r", Account: "acme", LeadID: 7, Attempt: pipeline.Attempt{Rule: "service", Number: 1, State: pipeline.Planned},
		}
		if err := c.store.InsertAttempt(ctx, tx, attempt); err != nil {
			return err
		}
		if err := c.store.MoveAttempt(ctx, tx, store.Move{Reference: "r", State: pipeline.Refused, Request: "signatureRequests/1", Time: at}); err != nil {
			return err
		}
		return c.store.Plan(ctx, tx, store.Entries{
			Account: "acme", LeadID: 7, Reference: "r",
			Effects: []pipeline.Effect{{Key: "k", Kind: pipeline.KindTask, Text: "call Ana Roth"}},
		})
	})
	got, err := c.deals.GetDeal(t.Context(), &crmv1.GetDealRequest{Name: "accounts/acme/deals/7"})
	want := &crmv1.GetDealResponse{Deal: &crmv1.Deal{
		Name: "accounts/acme/deals/7", Decision: crmv1.Deal_DECISION_DATA_MISSING, Reason: "why", Rule: "service", Missing: []string{"EMAIL", "PHONE"},
		Attempts:   []*crmv1.Deal_Attempt{{Number: 1, SignatureRequest: "signatureRequests/1", State: "REFUSED", Rule: "service"}},
		Effects:    []*crmv1.Deal_Effect{{Key: "k", Kind: "task", State: "planned"}},
		UpdateTime: timestamppb.New(at),
	}}
	if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestEveryDecisionHasAWord(t *testing.T) {
	c := open(t)
	for i, decision := range []pipeline.Outcome{pipeline.Nothing, pipeline.Start, pipeline.Running, pipeline.Ask, pipeline.Withdraw} {
		lead := int64(i + 1)
		c.save(func(ctx context.Context, tx *durable.Tx) error {
			return c.store.SaveDeal(ctx, tx, store.Deal{Account: "acme", LeadID: lead, Decision: decision})
		})
		got, err := c.deals.GetDeal(t.Context(), &crmv1.GetDealRequest{Name: fmt.Sprintf("accounts/acme/deals/%d", lead)})
		if err != nil || got.GetDeal().GetDecision() == crmv1.Deal_DECISION_UNSPECIFIED {
			t.Errorf("%s: %v, %v", decision, got, err)
		}
	}
}

func TestADealThatWasNeverLookedAtIsNotFound(t *testing.T) {
	c := open(t)
	c.save(func(ctx context.Context, tx *durable.Tx) error {
		return c.store.SaveDeal(ctx, tx, store.Deal{Account: "acme", LeadID: 7, Decision: pipeline.Nothing})
	})
	for name, reason := range map[string]string{
		"accounts/acme/deals/8":                   "DEAL_NOT_FOUND",
		"accounts/other/deals/7":                  "DEAL_NOT_FOUND",
		"accounts/acme/deals/999999999999999999":  "DEAL_NOT_FOUND",
		"accounts/acme/deals/1000000000000000000": "INVALID_REQUEST",
		"accounts/acme/deals/":                    "INVALID_REQUEST",
		"accounts/acme/deals/7/x":                 "INVALID_REQUEST",
		"accounts/acme' OR 1=1 --/deals/7":        "INVALID_REQUEST",
		"":                                        "INVALID_REQUEST",
		"accounts/acme/deals/-7":                  "INVALID_REQUEST",
	} {
		_, err := c.deals.GetDeal(t.Context(), &crmv1.GetDealRequest{Name: name})
		code := codes.InvalidArgument
		if reason == "DEAL_NOT_FOUND" {
			code = codes.NotFound
		}
		c.refused(err, code, reason)
	}
}

func (c *counter) list(parent string, size int32, pageToken string) (names []string, next string, err error) {
	answer, err := c.deals.ListDeals(c.Context(), &crmv1.ListDealsRequest{Parent: parent, PageSize: size, PageToken: pageToken})
	for _, d := range answer.GetDeals() {
		names = append(names, d.GetName())
	}
	return names, answer.GetNextPageToken(), err
}

func TestDealsAreListedPageByPage(t *testing.T) {
	c := open(t)
	at := time.Now()
	var want []string
	c.save(func(ctx context.Context, tx *durable.Tx) error {
		for lead := int64(7); lead > 0; lead-- {
			want = append(want, fmt.Sprintf("accounts/acme/deals/%d", lead))
			deal := store.Deal{Account: "acme", LeadID: lead, Decision: pipeline.Nothing, UpdateTime: at.Add(time.Duration(lead/3) * time.Second)}
			if err := c.store.SaveDeal(ctx, tx, deal); err != nil {
				return err
			}
		}
		return c.store.SaveDeal(ctx, tx, store.Deal{Account: "other", LeadID: 1, Decision: pipeline.Nothing, UpdateTime: at})
	})
	for _, size := range []int32{0, 1, 2, 3, 7, 1000} {
		var got []string
		next, pages := "", 0
		for more := true; more && pages < 9; more = next != "" {
			var names []string
			var err error
			names, next, err = c.list("accounts/acme", size, next)
			c.must(err)
			got = append(got, names...)
			pages++
		}
		if diff := cmp.Diff(want, got); diff != "" || size > 0 && pages != (7+min(int(size), 7)-1)/min(int(size), 7) {
			t.Errorf("pages of %d: %d, %s", size, pages, diff)
		}
	}
	if names, next, err := c.list("accounts/nobody", 0, ""); err != nil || next != "" || len(names) != 0 {
		t.Errorf("an account without deals: %v %q %v", names, next, err)
	}
}

func TestAPageTokenIsForItsOwnList(t *testing.T) {
	c := open(t)
	c.save(func(ctx context.Context, tx *durable.Tx) error {
		for lead := range int64(2) {
			if err := c.store.SaveDeal(ctx, tx, store.Deal{Account: "acme", LeadID: lead + 1, Decision: pipeline.Nothing}); err != nil {
				return err
			}
		}
		return nil
	})
	_, next, err := c.list("accounts/acme", 1, "")
	if err != nil || next == "" {
		t.Fatal(next, err)
	}
	_, _, err = c.list("accounts/other", 1, next)
	c.refused(err, codes.InvalidArgument, "INVALID_REQUEST")
	for _, forged := range []string{"x", "e30", next + "x", next[:len(next)-3]} {
		_, _, err = c.list("accounts/acme", 1, forged)
		c.refused(err, codes.InvalidArgument, "INVALID_REQUEST")
	}
	_, _, err = c.list("accounts/acme", -1, "")
	c.refused(err, codes.InvalidArgument, "INVALID_REQUEST")
	_, _, err = c.list("acme", 0, "")
	c.refused(err, codes.InvalidArgument, "INVALID_REQUEST")
}
