package signing_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"google.golang.org/grpc"

	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/internal/config"
	"github.com/countersign/countersign/services/signing"
)

// captured are the implementations that a service registers.
type captured struct {
	provider signingv1.SigningProviderServer
	hooks    signingv1.SigningWebhooksServer
}

// RegisterService keeps an implementation.
func (c *captured) RegisterService(_ *grpc.ServiceDesc, implementation any) {
	switch i := implementation.(type) {
	case signingv1.SigningProviderServer:
		c.provider = i
	case signingv1.SigningWebhooksServer:
		c.hooks = i
	}
}

// gate makes jobs wait in a queue that nobody works on, until they are let through one at a time: the dice say in which
// order they run. SQLite's own clock is not that of the bubble, and by it every running job is one to be rescued.
const gate = `
CREATE TRIGGER IF NOT EXISTS gate_new AFTER INSERT ON river_job BEGIN
	UPDATE river_job SET queue = 'held' WHERE id = NEW.id;
END;
CREATE TRIGGER IF NOT EXISTS gate_behind AFTER UPDATE OF state ON river_job WHEN NEW.state = 'running' BEGIN
	UPDATE river_job SET queue = 'held', attempted_at = '2100-01-01 00:00:00' WHERE id = NEW.id;
END;
UPDATE river_job SET queue = 'held';`

func (s *seed) folder() string { return filepath.Join(s.data, fmt.Sprint(s.image)) }

// begin starts a life of the service on the newest image of its data.
func (s *seed) begin() {
	s.life++
	s.dead = false
	cfg := signing.DefaultConfig()
	cfg.Callbacks = "https://sign.example.com"
	cfg.FirstCheck, cfg.LongestCheck = 10*time.Minute, 24*time.Hour
	skribble, yousign := fmt.Sprintf("skribble.%s.test", s.name), fmt.Sprintf("yousign.%s.test", s.name)
	cfg.Providers = map[string]signing.Provider{
		atSkribble: {
			Vendor: "skribble", BaseURL: "https://" + skribble + "/v2", Region: "CH", Username: config.NewSecret(seedUser),
			APIKey: config.NewSecret(seedKey), LookupGrace: 2 * time.Second, CallsPerMinute: 1_000_000,
		},
		atYousign: {
			Vendor: "yousign", BaseURL: "https://" + yousign + "/v3", APIKey: config.NewSecret(seedKey),
			WebhookToken: config.NewSecret(webhookToken), WebhookSecrets: []config.Secret{config.NewSecret(oldSecret)},
			CallsPerMinute: 1_000_000, CallsPerHour: 1_000_000,
		},
	}
	s.board.lines.Store(skribble, &line{s, s.skribble, s.life})
	s.board.lines.Store(yousign, &line{s, s.yousign, s.life})
	service, err := signing.New(context.Background(), cfg, s.folder(), s.documents, discard())
	if err != nil {
		s.t.Fatal(err)
	}
	s.service, s.captured = service, captured{}
	service.Register(&s.captured)
	s.db, err = sql.Open("sqlite", "file:"+filepath.Join(s.folder(), "signing.db")+"?_pragma=busy_timeout(10000)&_pragma=synchronous(OFF)")
	if err != nil {
		s.t.Fatal(err)
	}
	s.db.SetMaxOpenConns(1)
	s.exec(gate)
}

// end ends a life, in good order or not.
func (s *seed) end() {
	s.sleep()
	if err := s.db.Close(); err != nil {
		s.t.Error(err)
	}
	if err := s.service.Close(); err != nil {
		s.t.Error(err)
	}
	if s.image > 0 {
		os.RemoveAll(filepath.Join(s.data, fmt.Sprint(s.image-1)))
	}
}

// rouse has jobs run that are let through.
func (s *seed) rouse() {
	if s.rest != nil {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- s.service.Run(ctx) }()
	s.rest = func() {
		cancel()
		if err := <-ran; err != nil {
			s.t.Error(err)
		}
	}
}

// sleep stops the jobs, so that time can pass at once.
func (s *seed) sleep() {
	if s.rest != nil {
		s.rest()
		s.rest = nil
	}
}

// kill takes an image of the data as they are on the disk now. The process goes on for a moment, on data that nobody will
// see, and hears of no vendor any more.
func (s *seed) kill() {
	if s.dead {
		return
	}
	s.tell("killed")
	s.tally.kills++
	s.image++
	if err := os.MkdirAll(s.folder(), 0o700); err != nil {
		s.t.Fatal(err)
	}
	s.exec(`VACUUM INTO ?`, filepath.Join(s.folder(), "signing.db"))
	s.dead = true
}

// restart begins another life, after a death or in good order.
func (s *seed) restart() {
	s.end()
	s.begin()
}

func (s *seed) exec(query string, args ...any) {
	s.t.Helper()
	if _, err := s.db.ExecContext(context.Background(), query, args...); err != nil {
		s.t.Fatalf("%.40s: %v", query, err)
	}
}
