// Package config fills a configuration struct from a YAML file and the environment, strictly: an unknown key is an error
// with its line. The struct is the only definition of a setting; its defaults are the values it holds before. YAML
// libraries know neither the environment nor secrets.
package config

import (
	"encoding"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
)

// Load fills target, a pointer to a struct, from the YAML in file, then from the environment. Both may be absent: an
// empty file means none, and environment looks a name up as os.LookupEnv does. The name of a setting's variable is the
// prefix and the path of its YAML keys in upper case, joined by underscores: COUNTERSIGN_GATEWAY_LISTEN. Settings inside
// lists and maps have no variable.
func Load(target any, file []byte, prefix string, environment func(string) (string, bool)) error {
	if len(strings.TrimSpace(string(file))) > 0 {
		if err := decode(target, file); err != nil {
			return errors.New(yaml.FormatError(err, false, false))
		}
	}
	return fromEnvironment(reflect.ValueOf(target).Elem(), prefix, environment)
}

// decode turns a panic into an error: goccy/go-yaml v1.19.2 dereferences nil on "roles: ! ", which fuzzing found.
func decode(target any, file []byte) (err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("not YAML")
		}
	}()
	return yaml.UnmarshalWithOptions(file, target, yaml.Strict())
}

func fromEnvironment(v reflect.Value, name string, environment func(string) (string, bool)) error {
	if v.Kind() == reflect.Struct && v.Type() != reflect.TypeFor[Secret]() {
		for i := range v.NumField() {
			key, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
			if err := fromEnvironment(v.Field(i), name+"_"+strings.ToUpper(key), environment); err != nil {
				return err
			}
		}
		return nil
	}
	text, set := environment(name)
	if !set {
		return nil
	}
	if err := parse(v, text); err != nil {
		return fmt.Errorf("environment variable %s: %w", name, err)
	}
	return nil
}

// parse never puts the text into its error: it may be a secret.
func parse(v reflect.Value, text string) error {
	if u, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return u.UnmarshalText([]byte(text))
	}
	switch v.Interface().(type) {
	case time.Duration:
		d, err := time.ParseDuration(text)
		if err != nil {
			return errors.New("want a duration such as 30s or 24h")
		}
		v.SetInt(int64(d))
		return nil
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return errors.New("want true or false")
		}
		v.SetBool(b)
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return errors.New("want a whole number")
		}
		v.SetInt(n)
	default:
		return errors.New("this setting cannot come from the environment: use the file")
	}
	return nil
}

// Secret is a setting that must not be seen. In YAML it is the value itself, `{file: PATH}` or `{env: NAME}`; white
// space around a file's content is cut off. It prints as "[redacted]" however it is printed.
type Secret struct{ value string }

// NewSecret returns a secret with a known value.
func NewSecret(value string) Secret { return Secret{value} }

// Reveal returns the value, for the one place that needs it.
func (s Secret) Reveal() string { return s.value }

// Set tells whether there is a value.
func (s Secret) Set() bool { return s.value != "" }

func (s Secret) String() string {
	if !s.Set() {
		return ""
	}
	return "[redacted]"
}

// Format keeps every verb from printing the value.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// MarshalText keeps encoders from printing the value.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText takes the value as it is.
func (s *Secret) UnmarshalText(text []byte) error {
	s.value = string(text)
	return nil
}

// UnmarshalYAML takes the value, or reads it from where the mapping says.
func (s *Secret) UnmarshalYAML(unmarshal func(any) error) error {
	if err := unmarshal(&s.value); err == nil {
		return nil
	}
	var from struct {
		File string `yaml:"file"`
		Env  string `yaml:"env"`
	}
	if err := unmarshal(&from); err != nil {
		return errors.New("a secret is a text, {file: PATH} or {env: NAME}")
	}
	switch {
	case from.File != "" && from.Env == "":
		content, err := os.ReadFile(from.File)
		if err != nil {
			return fmt.Errorf("read the secret's file: %w", err)
		}
		s.value = strings.TrimSpace(string(content))
	case from.Env != "" && from.File == "":
		s.value = os.Getenv(from.Env)
	default:
		return errors.New("a secret is a text, {file: PATH} or {env: NAME}")
	}
	if !s.Set() {
		return errors.New("the secret is empty where the configuration says it is")
	}
	return nil
}
