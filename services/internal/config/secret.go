package config

import (
	"fmt"
	"io"
	"os"
	"reflect"
	"slices"
	"strings"
)

// Secret is a setting that must not be seen. In YAML it is the value itself, `{file: PATH}` or `{env: NAME}`; white
// space around a file's content is cut off. It prints as "[redacted]" however it is printed.
type Secret struct {
	value string
	// fault says why there is no value where the file says it is. Load tells it, because only Load knows the setting's name.
	fault string
}

// NewSecret returns a secret with a known value.
func NewSecret(value string) Secret { return Secret{value: value} }

// Reveal returns the value, for the one place that needs it.
func (s Secret) Reveal() string { return s.value }

// Set tells whether there is a value.
func (s Secret) Set() bool { return s.value != "" }

// Unread tells that the value is not where the file says. Load has told so: what the value must be is not to be told again.
func (s Secret) Unread() bool { return s.fault != "" }

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
	*s = NewSecret(string(text))
	return nil
}

// UnmarshalYAML takes the value, or reads it from where the mapping says. What is wrong is told by Load.
func (s *Secret) UnmarshalYAML(unmarshal func(any) error) error {
	if err := unmarshal(&s.value); err == nil {
		return nil
	}
	var from struct {
		File string `yaml:"file"`
		Env  string `yaml:"env"`
	}
	switch err := unmarshal(&from); {
	case err != nil || (from.File == "") == (from.Env == ""):
		s.fault = "want a text, {file: PATH} or {env: NAME}"
	case from.Env != "":
		if s.value = os.Getenv(from.Env); !s.Set() {
			s.fault = "the environment variable " + from.Env + " is empty or not set"
		}
	default:
		s.read(from.File)
	}
	return nil
}

func (s *Secret) read(path string) {
	content, err := os.ReadFile(path)
	if err != nil {
		s.fault = "the secret's file cannot be read: " + err.Error()
		return
	}
	if s.value = strings.TrimSpace(string(content)); !s.Set() {
		s.fault = "the secret's file " + path + " is empty"
	}
}

// faults are those of all secrets in v, the setting at path.
func faults(v reflect.Value, path string) []error {
	var errs []error
	switch secret, is := v.Interface().(Secret); {
	case is && secret.fault != "":
		return []error{fmt.Errorf("%s: %s", path, secret.fault)}
	case is:
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			errs = append(errs, faults(v.Field(i), join(path, key(v.Type().Field(i))))...)
		}
	case v.Kind() == reflect.Map:
		for _, name := range slices.SortedFunc(slices.Values(v.MapKeys()), byName) {
			errs = append(errs, faults(v.MapIndex(name), join(path, name.String()))...)
		}
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			errs = append(errs, faults(v.Index(i), fmt.Sprintf("%s[%d]", path, i))...)
		}
	}
	return errs
}

func byName(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) }

// key is a field's name in YAML.
func key(field reflect.StructField) string {
	name, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
	return name
}

func join(path, name string) string { return strings.TrimPrefix(path+"."+name, ".") }
