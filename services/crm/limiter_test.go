package crm

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/countersign/countersign/services/internal/config"
)

// Kommo counts by source address, whichever account a call is for.
func TestAccountsShareOneRate(t *testing.T) {
	var calls atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		w.WriteHeader(http.StatusNoContent)
	}))
	defer server.Close()
	cfg := DefaultConfig()
	cfg.CallsPerSecond, cfg.Accounts = 0.001, map[string]Account{}
	for _, id := range []string{"acme", "other"} {
		cfg.Accounts[id] = Account{
			BaseURL: server.URL, Token: config.NewSecret("t"), WebhookToken: config.NewSecret("a-token-of-22-characters"),
		}
	}
	accounts, err := cfg.accounts(nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for _, a := range accounts {
		_, _ = a.Client.Account(ctx) // the first one gets its turn, the second one would have to wait too long
	}
	if n := calls.Load(); n != 1 {
		t.Errorf("%d calls went out at once", n)
	}
}
