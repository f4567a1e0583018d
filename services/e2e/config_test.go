package e2e_test

import (
	"cmp"
	"os"
	"strings"
	"testing"
	"text/template"
	"time"
)

// The secrets of the configuration. None of them may show in a log.
const (
	kommoToken     = "kommo-e2e-token-Qm5rT8wZ"
	kommoHookToken = "kommo-e2e-hook-Jx3vB9nLpR6s"
	skribbleUser   = "api_e2e_user"
	skribbleKey    = "skribble-e2e-key-Hd7kW2"
	yousignKey     = "yousign-e2e-key-Vc4mP1"
	yousignToken   = "yousign-e2e-hook-Ty8uK2qWzE5d"
	yousignSecret  = "yousign-e2e-hmac-secret-00000001"
)

func secrets() []string {
	return []string{kommoToken, kommoHookToken, skribbleKey, yousignKey, yousignToken, yousignSecret}
}

// The stages of the board that ask for a signature, each with a rule of its own.
const (
	stageSkribbleQES = "Send contract (Skribble)"
	stageYousignQES  = "Send contract (Yousign)"
	stageYousignSES  = "Send quote (SES)"
	stageStrictSES   = "Send quote (SES, proven)"
	stageSkribbleAES = "Send order (AES)"
	stageRoutedSES   = "Send offer (SES, any provider)"
)

// settings is what differs between the products under test.
type settings struct {
	// Sweep and FirstCheck are how soon a lost hook and a lost callback are found. Zero means an hour: nothing is found
	// but by hooks and callbacks.
	Sweep, FirstCheck time.Duration
	// KommoRate is what the simulated Kommo admits each second, and the product asks for one less; 0 is no limit.
	KommoRate int
	// DeadFirst adds an account where nobody listens, and has routing prefer it.
	DeadFirst bool
	// Log is the product's log level; debug unless something else is said.
	Log string
}

func (s settings) withDefaults() settings {
	if s.Sweep == 0 {
		s.Sweep = time.Hour
	}
	if s.FirstCheck == 0 {
		s.FirstCheck = time.Hour
	}
	s.Log = cmp.Or(s.Log, "debug")
	return s
}

// addresses are where everything listens.
type addresses struct {
	Document, Signing, CRM, Gateway string // host:port
	Kommo, Skribble, Yousign        string // URLs
	Anchors                         string // a file
}

// configure writes the product's configuration file.
func configure(t testing.TB, path, data string, at addresses, s settings) {
	t.Helper()
	callsPerSecond := 500
	if s.KommoRate > 0 {
		callsPerSecond = s.KommoRate - 1
	}
	var text strings.Builder
	err := template.Must(template.New("").Parse(configuration)).Execute(&text, map[string]any{
		"At": at, "Data": data, "Settings": s, "CallsPerSecond": callsPerSecond,
		"KommoToken": kommoToken, "KommoHookToken": kommoHookToken, "SkribbleUser": skribbleUser,
		"SkribbleKey": skribbleKey, "YousignKey": yousignKey, "YousignToken": yousignToken, "YousignSecret": yousignSecret,
		"Rules": rules(),
	})
	if err == nil {
		err = os.WriteFile(path, []byte(text.String()), 0o600)
	}
	if err != nil {
		t.Fatalf("write the configuration: %v", err)
	}
}

// rule says which signature a stage asks for.
type rule struct{ ID, Stage, Provider, Level, Proof, Language string }

func rules() []rule {
	return []rule{
		{"skribble-qes", stageSkribbleQES, "skribble", "QES", "", "de"},
		{"yousign-qes", stageYousignQES, "yousign", "QES", "", "fr"},
		{"yousign-ses", stageYousignSES, "yousign", "SES", "attested", "en"},
		{"strict-ses", stageStrictSES, "yousign", "SES", "proven", "en"},
		{"skribble-aes", stageSkribbleAES, "skribble", "AES", "", "en"},
		{"routed-ses", stageRoutedSES, "", "SES", "attested", "en"},
	}
}

const configuration = `
data: {{.Data}}
log: {level: {{.Settings.Log}}}
document:
  listen: {{.At.Document}}
  address: {{.At.Document}}
  trust_anchors: [{{.At.Anchors}}]
signing:
  listen: {{.At.Signing}}
  address: {{.At.Signing}}
  callbacks: http://{{.At.Gateway}}
  first_check: {{.Settings.FirstCheck}}
  longest_check: {{.Settings.FirstCheck}}
{{- if .Settings.DeadFirst}}
  routing: [dead, skribble]
{{- end}}
  providers:
{{- if .Settings.DeadFirst}}
    dead:
      vendor: yousign
      base_url: http://127.0.0.1:1/v3
      api_key: {{.YousignKey}}-dead
      webhook_token: {{.YousignToken}}-dead
      webhook_secrets: [{{.YousignSecret}}]
{{- end}}
    skribble:
      vendor: skribble
      region: EU
      base_url: {{.At.Skribble}}/v2
      username: {{.SkribbleUser}}
      api_key: {{.SkribbleKey}}
      lookup_grace: 400ms
      calls_per_minute: 60000
    yousign:
      vendor: yousign
      base_url: {{.At.Yousign}}/v3
      api_key: {{.YousignKey}}
      webhook_token: {{.YousignToken}}
      webhook_secrets: [{{.YousignSecret}}]
      calls_per_minute: 60000
      calls_per_hour: 600000
crm:
  listen: {{.At.CRM}}
  address: {{.At.CRM}}
  sweep: {{.Settings.Sweep}}
  calls_per_second: {{.CallsPerSecond}}
  lookup_grace: 400ms
  accounts:
    acme:
      base_url: {{.At.Kommo}}
      account_id: 32720107
      token: {{.KommoToken}}
      webhook_token: {{.KommoHookToken}}
      drive_hosts: [127.0.0.1]
      request_field: SIGN_REQUEST_ID
      rules:{{range .Rules}}
        - {id: {{.ID}}, pipeline: Sales, stage: "{{.Stage}}", template: services-agreement, title: "{deal.name}",
           provider: {{.Provider}}, level: {{.Level}}, legislation: EIDAS, language: {{.Language}}, card_language: en,
           role: client, proof: "{{.Proof}}"}{{end}}
gateway:
  listen: {{.At.Gateway}}
`
