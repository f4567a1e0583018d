package config_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/services/internal/config"
)

type settings struct {
	Data    string `yaml:"data"`
	Signing struct {
		Expiry time.Duration `yaml:"expiry"`
		Live   bool          `yaml:"live"`
		Tries  int           `yaml:"tries"`
		Key    config.Secret `yaml:"key"`
	} `yaml:"signing"`
	Accounts map[string]struct {
		Token config.Secret `yaml:"token"`
	} `yaml:"accounts"`
	Lists []string `yaml:"lists"`
}

func load(t *testing.T, file string, env map[string]string) (settings, error) {
	t.Helper()
	s := settings{Data: "default"}
	err := config.Load(&s, []byte(file), "APP", func(name string) (string, bool) {
		value, ok := env[name]
		return value, ok
	})
	return s, err
}

func TestTheEnvironmentWinsOverTheFileAndTheFileOverTheDefault(t *testing.T) {
	s, err := load(t, "signing:\n  expiry: 24h\n  tries: 3\n", map[string]string{
		"APP_SIGNING_EXPIRY": "48h", "APP_SIGNING_LIVE": "true", "APP_SIGNING_KEY": "sesame",
	})
	if err != nil {
		t.Fatal(err)
	}
	if s.Data != "default" || s.Signing.Expiry != 48*time.Hour || !s.Signing.Live || s.Signing.Tries != 3 || s.Signing.Key.Reveal() != "sesame" {
		t.Fatalf("settings = %+v", s)
	}
}

func TestMistakesAreNamedWithTheirPlaceAndWithoutSecrets(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		env  map[string]string
		want string
	}{
		"unknown key":        {file: "data: x\nsigning:\n  expiri: 1h\n", want: "[3:3]"},
		"beside a secret":    {file: "signing:\n  key: s3cret\n  tries: many\n", want: "[3:10]"},
		"wrong type":         {file: "signing:\n  tries: many\n", want: "[2:10]"},
		"bad duration":       {env: map[string]string{"APP_SIGNING_EXPIRY": "long"}, want: "APP_SIGNING_EXPIRY: want a duration"},
		"breaks the library": {file: "lists: ! ", want: "not YAML"},
		"bad boolean":        {env: map[string]string{"APP_SIGNING_LIVE": "s3cret"}, want: "APP_SIGNING_LIVE: want true or false"},
		"bad number":         {env: map[string]string{"APP_SIGNING_TRIES": "x"}, want: "APP_SIGNING_TRIES: want a whole number"},
		"secret elsewhere":   {file: "accounts:\n  acme:\n    token: {file: /does/not/exist}\n", want: "secret's file"},
		"empty secret":       {file: "accounts:\n  acme:\n    token: {env: NOT_SET_ANYWHERE}\n", want: "empty"},
	} {
		_, err := load(t, c.file, c.env)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: err = %v, want %q in it", name, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: the error shows the value: %v", name, err)
		}
	}
}

func TestASecretComesFromAFileAndNeverPrints(t *testing.T) {
	path := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(path, []byte("sesame\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := load(t, "accounts:\n  acme:\n    token: {file: "+path+"}\n", nil)
	if err != nil {
		t.Fatal(err)
	}
	token := s.Accounts["acme"].Token
	if token.Reveal() != "sesame" {
		t.Fatalf("token = %q", token.Reveal())
	}
	text, err := token.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	printed := []string{fmt.Sprint(s), token.String(), string(text)}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		printed = append(printed, fmt.Sprintf(verb, s), fmt.Sprintf(verb, token), fmt.Sprintf(verb, &s))
	}
	for _, p := range printed {
		if strings.Contains(p, "sesame") || strings.Contains(p, "736573616d65") {
			t.Errorf("printed: %s", p)
		}
	}
}
