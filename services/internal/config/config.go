// Package config fills a configuration struct from a YAML file and the environment, strictly: an unknown key is an error
// with its line. The struct is the only definition of a setting; its defaults are the values it holds before. YAML
// libraries know neither the environment nor secrets.
package config

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

var (
	errBool     = errors.New("want true or false")
	errDuration = errors.New("want a duration such as 15m, or 720h for 30 days: h is the largest unit")
	errInt      = errors.New("want a whole number")
	errNumber   = errors.New("want a number")
)

// Load fills target, a pointer to a struct, from the YAML in file, then from the environment. Both may be absent: an
// empty file means none, and environment looks a name up as os.LookupEnv does. The name of a setting's variable is the
// prefix and the path of its YAML keys in upper case, joined by underscores: COUNTERSIGN_GATEWAY_LISTEN. Settings inside
// lists and maps have no variable.
//
// Errors begin with name, which is the file's, and the line; one error tells all settings of a wrong type. None holds a
// value. An UnreadError tells all secrets that are not where the file says: then everything else is in target, for its
// other mistakes to be told too.
func Load(target any, name string, file []byte, prefix string, environment func(string) (string, bool)) error {
	if len(strings.TrimSpace(string(file))) > 0 {
		if err := decode(target, name, file); err != nil {
			return err
		}
	}
	settings := reflect.ValueOf(target).Elem()
	if err := fromEnvironment(settings, prefix, environment); err != nil {
		return err
	}
	if unread := faults(settings, ""); len(unread) > 0 {
		return &UnreadError{errors.Join(unread...)}
	}
	return nil
}

// UnreadError tells which secrets are not where the file says.
type UnreadError struct{ secrets error }

// Error has a line for each.
func (e *UnreadError) Error() string { return e.secrets.Error() }

// Variables names the environment variables that Load takes for target, a pointer to a struct.
func Variables(target any, prefix string) []string {
	return variables(reflect.TypeOf(target).Elem(), prefix)
}

func variables(t reflect.Type, name string) []string {
	switch {
	case t.Kind() == reflect.Map || t.Kind() == reflect.Slice:
		return nil
	case t.Kind() != reflect.Struct || t == reflect.TypeFor[Secret]():
		return []string{name}
	}
	var names []string
	for i := range t.NumField() {
		names = append(names, variables(t.Field(i).Type, variable(name, t.Field(i)))...)
	}
	return names
}

// variable is the name of the variable of a field below name.
func variable(name string, field reflect.StructField) string {
	return name + "_" + strings.ToUpper(key(field))
}

func fromEnvironment(v reflect.Value, name string, environment func(string) (string, bool)) error {
	if v.Kind() == reflect.Struct && v.Type() != reflect.TypeFor[Secret]() {
		var errs []error
		for i := range v.NumField() {
			errs = append(errs, fromEnvironment(v.Field(i), variable(name, v.Type().Field(i)), environment))
		}
		return errors.Join(errs...)
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
			return errDuration
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
			return errBool
		}
		v.SetBool(b)
	case reflect.Float64:
		f, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return errNumber
		}
		v.SetFloat(f)
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return errInt
		}
		v.SetInt(n)
	default:
		return errors.New("this setting cannot come from the environment: use the file")
	}
	return nil
}
