package config_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

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
	err := config.Load(&s, "c.yaml", []byte(file), "APP", func(name string) (string, bool) {
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
		"unknown key":        {file: "data: x\nsigning:\n  expiri: 1h\n", want: `c.yaml:3: signing.expiri: unknown setting; did you mean "expiry"?`},
		"unlike any key":     {file: "data: x\ncolour: red\n", want: "c.yaml:2: colour: unknown setting"},
		"days":               {file: "signing:\n  expiry: 30d\n", want: "want a duration such as 15m, or 720h for 30 days: h is the largest unit"},
		"beside a secret":    {file: "signing:\n  key: s3cret\n  tries: many\n", want: "c.yaml:3: signing.tries: want a whole number"},
		"wrong type":         {file: "signing:\n  tries: many\n", want: "c.yaml:2: signing.tries: want a whole number"},
		"bad duration":       {env: map[string]string{"APP_SIGNING_EXPIRY": "long"}, want: "APP_SIGNING_EXPIRY: want a duration"},
		"breaks the library": {file: "lists: ! ", want: "not YAML"},
		"bad boolean":        {env: map[string]string{"APP_SIGNING_LIVE": "s3cret"}, want: "APP_SIGNING_LIVE: want true or false"},
		"bad number":         {env: map[string]string{"APP_SIGNING_TRIES": "x"}, want: "APP_SIGNING_TRIES: want a whole number"},
		"secret elsewhere":   {file: "accounts:\n  acme:\n    token: {file: /does/not/exist}\n", want: "secret's file"},
		"empty secret":       {file: "accounts:\n  acme:\n    token: {env: NOT_SET_ANYWHERE}\n", want: "accounts.acme.token: the environment variable NOT_SET_ANYWHERE is empty or not set"},
		"secret of a shape":  {file: "signing:\n  key: [s3cret]\n", want: "signing.key: want a text, {file: PATH} or {env: NAME}"},
		"word for a boolean": {file: "signing:\n  live: s3cret\n", want: "c.yaml:2: signing.live: want true or false"},
		"word for a length":  {file: "signing:\n  expiry: s3cret\n", want: "c.yaml:2: signing.expiry: want a duration such as 15m"},
		"length of no unit":  {file: "signing:\n  expiry: 5\n", want: "c.yaml:2: signing.expiry: want a duration such as 15m"},
		"half a number":      {file: "signing:\n  tries: 1.5\n", want: "c.yaml:2: signing.tries: want a whole number"},
		"too big a number":   {file: "signing:\n  tries: 99999999999999999999\n", want: "c.yaml:2: signing.tries: want a whole number"},
		"alias":              {file: "data: &s s3cret\nsigning:\n  live: *s\n", want: "c.yaml:1: not what"},
		"text for a list":    {file: "lists: s3cret\n", want: "c.yaml:1: lists: want a list"},
		"list for a text":    {file: "lists:\n- [s3cret]\n", want: "c.yaml:2: lists[0]: want a text"},
		"text for settings":  {file: "signing: s3cret\n", want: "c.yaml:1: signing: want settings below it"},
		"text for the file":  {file: "s3cret\n", want: "c.yaml:1: want settings below it"},
		"twice":              {file: "data: x\ndata: s3cret\n", want: "c.yaml:2: mapping key"},
		"two documents":      {file: "data: x\n---\ndata: s3cret\n", want: "c.yaml: want one YAML document"},
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

func TestAllMistakesOfAKindAreToldAtOnce(t *testing.T) {
	for file, want := range map[string]string{
		"signing:\n  live: 1\n  tries: x\naccounts:\n  acme:\n    tokn: x\n": `c.yaml:2: signing.live: want true or false
c.yaml:3: signing.tries: want a whole number
c.yaml:6: accounts.acme.tokn: unknown setting; did you mean "token"?`,
		"signing:\n  key: {env: NOT_SET_1}\naccounts:\n  b: {token: {env: NOT_SET_3}}\n  a: {token: {env: NOT_SET_2}}\n": `signing.key: the environment variable NOT_SET_1 is empty or not set
accounts.a.token: the environment variable NOT_SET_2 is empty or not set
accounts.b.token: the environment variable NOT_SET_3 is empty or not set`,
	} {
		if _, err := load(t, file, nil); err == nil || err.Error() != want {
			t.Errorf("got\n%v\nwant\n%s", err, want)
		}
	}
}

func TestAllMistakesOfTheEnvironmentAreToldAtOnce(t *testing.T) {
	_, err := load(t, "", map[string]string{"APP_SIGNING_LIVE": "s3cret", "APP_SIGNING_TRIES": "x", "APP_LISTS": "x"})
	want := `environment variable APP_SIGNING_LIVE: want true or false
environment variable APP_SIGNING_TRIES: want a whole number
environment variable APP_LISTS: this setting cannot come from the environment: use the file`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

func TestTheEnvironmentMendsASecretThatIsNotWhereTheFileSays(t *testing.T) {
	s, err := load(t, "signing:\n  key: {env: NOT_SET_ANYWHERE}\n", map[string]string{"APP_SIGNING_KEY": "sesame"})
	if err != nil || s.Signing.Key.Reveal() != "sesame" {
		t.Error(err)
	}
}

// TestAnUnreadSecretHidesNothingElse: the other settings are there to be checked, and the secret is not told twice.
func TestAnUnreadSecretHidesNothingElse(t *testing.T) {
	s, err := load(t, "data: x\nsigning:\n  key: {env: NOT_SET_ANYWHERE}\n  tries: 3\n", map[string]string{"APP_SIGNING_LIVE": "true"})
	var unread *config.UnreadError
	if !errors.As(err, &unread) || s.Data != "x" || s.Signing.Tries != 3 || !s.Signing.Live || !s.Signing.Key.Unread() || s.Signing.Key.Set() {
		t.Errorf("%v, %+v", err, s)
	}
	if config.NewSecret("").Unread() {
		t.Error("an empty secret is one that could not be read")
	}
	if _, err := load(t, "signing:\n  key: {env: NOT_SET_ANYWHERE}\n  tries: x\n", nil); errors.As(err, &unread) {
		t.Errorf("settings of a wrong type are not all there: %v", err)
	}
}

// TestVariablesAreThoseThatLoadTakes, and no others.
func TestVariablesAreThoseThatLoadTakes(t *testing.T) {
	names := config.Variables(&settings{}, "APP")
	want := []string{"APP_DATA", "APP_SIGNING_EXPIRY", "APP_SIGNING_LIVE", "APP_SIGNING_TRIES", "APP_SIGNING_KEY"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
	for _, name := range names {
		if _, err := load(t, "", map[string]string{name: "x"}); err != nil && strings.Contains(err.Error(), "use the file") {
			t.Error(err)
		}
	}
}

func TestAPathTokenIsLongAndOfUnreservedCharacters(t *testing.T) {
	for token, fit := range map[string]bool{
		"abcdefghij-._~ABCDE012": true, "abcdefghij-._~ABCDE01": false, "": false, "abcdefghij/klmnopqrstuv": false,
		"abcdefghij klmnopqrstuv": false, "abcdefghij%2Fklmnopqrst": false, "abcdefghijklmnopqrstuvä": false, "abcdefghijklmnopqrstuvw\n": false,
	} {
		err := config.CheckPathToken(config.NewSecret(token))
		if (err == nil) != fit || err != nil && token != "" && strings.Contains(err.Error(), token) {
			t.Errorf("%q: %v", token, err)
		}
	}
	s, _ := load(t, "signing:\n  key: {env: NOT_SET_ANYWHERE}\n", nil)
	if err := config.CheckPathToken(s.Signing.Key); err != nil {
		t.Errorf("a secret that is unread is told twice: %v", err)
	}
}

func TestAFileOfCommentsSetsNothing(t *testing.T) {
	if s, err := load(t, "# data: x\n", nil); err != nil || s.Data != "default" {
		t.Errorf("%v, %v", s, err)
	}
}

func TestWhatYAMLCanWriteOtherwiseIsStillRead(t *testing.T) {
	s, err := load(t, "accounts:\n  a: &a {token: one}\n  b: *a\n  c:\n    <<: *a\nsigning:\n  tries: &n 0x10\n  live:\nlists: [1, two]\n", nil)
	if err != nil {
		t.Fatal(err)
	}
	if s.Accounts["b"].Token.Reveal() != "one" || s.Accounts["c"].Token.Reveal() != "one" || s.Signing.Tries != 16 || len(s.Lists) != 2 {
		t.Errorf("%+v", s)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte("signing:\n  expiry: 1h\naccounts: {a: {token: {env: X}}}\nlists: [x]\n"))
	f.Add([]byte("lists: ! "))
	f.Fuzz(func(t *testing.T, file []byte) {
		var s settings
		err := config.Load(&s, "c.yaml", file, "APP", func(string) (string, bool) { return "", false })
		if err != nil && err.Error() == "" {
			t.Error("an error without words")
		}
	})
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
