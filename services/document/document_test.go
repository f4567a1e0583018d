package document_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	documentv1 "github.com/countersign/countersign/gen/countersign/document/v1"
	"github.com/countersign/countersign/services/document"
	"github.com/countersign/countersign/services/internal/rpc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// run serves the context until stop is called.
func run(t *testing.T, cfg document.Config, data string) (client documentv1.DocumentServiceClient, stop func()) {
	t.Helper()
	logger := slog.New(slog.NewTextHandler(io.Discard, nil))
	service, err := document.New(t.Context(), cfg, data, logger)
	if err != nil {
		t.Fatal(err)
	}
	server, err := rpc.NewServer(rpc.ServerConfig{Domain: document.Domain, Logger: logger}, service.Register)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := server.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- server.Serve(ctx) }()
	return documentv1.NewDocumentServiceClient(conn), func() {
		errs := []error{conn.Close()}
		cancel()
		for _, err := range append(errs, <-served, service.Close()) {
			if err != nil {
				t.Error(err)
			}
		}
	}
}

func offer(id string) *documentv1.RenderDocumentRequest {
	return &documentv1.RenderDocumentRequest{
		Template: "templates/" + id, Language: "de", RequestId: "deal-1",
		Values: map[string]string{"deal.name": "Projekt"},
	}
}

func TestTheOperatorsTemplateStandsBesideTheBuiltInOnesAndOutlivesARestart(t *testing.T) {
	data := t.TempDir()
	cfg := document.Config{Templates: template(t, "offer", manifest, body)}
	client, stop := run(t, cfg, data)
	list, err := client.ListTemplates(t.Context(), &documentv1.ListTemplatesRequest{})
	if err != nil || len(list.GetTemplates()) != 3 {
		t.Errorf("%d templates, %v", len(list.GetTemplates()), err)
	}
	first, err := client.RenderDocument(t.Context(), offer("offer"))
	if err != nil {
		t.Fatal(err)
	}
	stop()
	client, stop = run(t, cfg, data)
	defer stop()
	again, err := client.RenderDocument(t.Context(), offer("offer"))
	if err != nil || again.GetDocument().GetName() != first.GetDocument().GetName() {
		t.Errorf("after a restart: %v, %v", again.GetDocument(), err)
	}
}

func TestATemplateOfTheOperatorTakesThePlaceOfABuiltInOne(t *testing.T) {
	folder := template(t, "mine", "id: nda\n"+manifest[len("id: offer\n"):], body)
	client, stop := run(t, document.Config{Templates: folder}, t.TempDir())
	defer stop()
	answer, err := client.RenderDocument(t.Context(), offer("nda"))
	if err != nil || answer.GetDocument().GetTitle() != "Offerte Projekt" {
		t.Errorf("document %v, %v", answer.GetDocument(), err)
	}
}

func TestTheArchiveIsWhereTheConfigurationSays(t *testing.T) {
	folder, data := filepath.Join(t.TempDir(), "elsewhere"), t.TempDir()
	client, stop := run(t, document.Config{Archive: "file://" + folder, Templates: template(t, "offer", manifest, body)}, data)
	defer stop()
	answer, err := client.RenderDocument(t.Context(), offer("offer"))
	if err != nil {
		t.Fatal(err)
	}
	hash := answer.GetDocument().GetSha256()
	if _, err := os.Stat(filepath.Join(folder, "sha256", hash[:2], hash)); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(data, "archive")); err == nil {
		t.Error("an archive in the data folder as well")
	}
}

func TestADataFolderIsOpenOnce(t *testing.T) {
	data := t.TempDir()
	_, stop := run(t, document.Config{}, data)
	if _, err := document.New(t.Context(), document.Config{}, data, slog.Default()); err == nil {
		t.Error("a second process opened the same folder")
	}
	stop()
	_, stop = run(t, document.Config{}, data)
	stop()
}

func TestAnArchiveThatIsAwayKeepsNobodyFromStarting(t *testing.T) {
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_CONFIG_FILE": os.DevNull,
		"AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_PROFILE": "",
	} {
		t.Setenv(name, value)
	}
	for name, tt := range map[string]struct {
		status int
		starts bool
	}{
		"away":          {http.StatusServiceUnavailable, true},
		"not permitted": {http.StatusForbidden, false},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(tt.status) }))
			defer server.Close()
			var log bytes.Buffer
			cfg := document.Config{Archive: "s3://b?region=a&use_path_style=true&endpoint=" + server.URL}
			service, err := document.New(t.Context(), cfg, t.TempDir(), slog.New(slog.NewTextHandler(&log, nil)))
			if (err == nil) != tt.starts || strings.Contains(log.String(), "level=WARN") != tt.starts {
				t.Errorf("%v, log: %s", err, &log)
			}
			if service != nil {
				err = service.Close()
			}
			if tt.starts && err != nil {
				t.Error(err)
			}
		})
	}
}

func TestADamagedProbeKeepsNobodyFromStarting(t *testing.T) {
	data := t.TempDir()
	_, stop := run(t, document.Config{}, data)
	stop()
	empty := hex.EncodeToString(sha256.New().Sum(nil))
	file(t, filepath.Join(data, "archive", "sha256", empty[:2], empty), "not empty")
	_, stop = run(t, document.Config{}, data)
	stop()
}
