package schema_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/sim/yousign/internal/schema"
)

func TestReasons(t *testing.T) {
	for name, test := range map[string]struct {
		rule schema.Rule
		in   string
		want []schema.Invalid
	}{
		"missing":       {schema.Open(schema.Must("a", schema.Bool())), `{}`, []schema.Invalid{{Name: "a", Reason: schema.Blank}}},
		"null required": {schema.Open(schema.Must("a", schema.Bool())), `{"a":null}`, []schema.Invalid{{Name: "a", Reason: "This value should not be null."}}},
		"null allowed":  {schema.Open(schema.Null("a", schema.Bool())), `{"a":null}`, nil},
		"null optional": {schema.Open(schema.May("a", schema.Bool())), `{"a":null}`, []schema.Invalid{{Name: "a", Reason: "This value should not be null."}}},
		"stranger open": {schema.Open(), `{"b":1}`, nil},
		"stranger":      {schema.Closed(), `{"b":1,"a":1}`, []schema.Invalid{{Name: "a", Reason: "This field was not expected."}, {Name: "b", Reason: "This field was not expected."}}},
		"path": {schema.Open(schema.Must("l", schema.List(schema.Open(schema.Must("n", schema.Int(1, 3))), 2))), `{"l":[{"n":1},{"n":4}]}`,
			[]schema.Invalid{{Name: "l[1].n", Reason: "This value should be between 1 and 3."}}},
		"too many": {schema.List(schema.Bool(), 1), `[true,true]`, []schema.Invalid{{Reason: "This collection should contain 1 elements or less."}}},
		"repeated": {schema.Unique(schema.Text(1, 9), 0), `["a","a"]`, []schema.Invalid{{Reason: "This collection should contain only unique elements."}}},
		"enum":     {schema.Enum("attachment", "signable_document"), `"signable"`, []schema.Invalid{{Reason: `Value must be in ["attachment", "signable_document"].`}}},
		"branch": {schema.Switch("t", schema.Case{Value: "x", Rule: schema.Open(schema.Must("y", schema.Bool()))}), `{"t":"x"}`,
			[]schema.Invalid{{Name: "y", Reason: schema.Blank}}},
		"any first": {schema.AnyOf(schema.Bool(), schema.Number()), `"x"`, []schema.Invalid{{Reason: "This value should be of type bool."}}},
		"any later": {schema.AnyOf(schema.Bool(), schema.Number()), `1.5`, nil},
		"object":    {schema.Open(), `[]`, []schema.Invalid{{Reason: "This value should be of type object."}}},
		"map":       {schema.Map(schema.Bool()), `{"k":1}`, []schema.Invalid{{Name: "k", Reason: "This value should be of type bool."}}},
	} {
		got, err := schema.Check([]byte(test.in), test.rule)
		if d := cmp.Diff(test.want, got); err != nil || d != "" {
			t.Errorf("%s: %v %s", name, err, d)
		}
	}
	for _, in := range []string{``, `{`, `{} {}`, `nope`} {
		if _, err := schema.Check([]byte(in), schema.Open()); !errors.Is(err, schema.ErrMalformed) {
			t.Errorf("%q: %v", in, err)
		}
	}
}

func TestScalars(t *testing.T) {
	for name, test := range map[string]struct {
		rule      schema.Rule
		good, bad []string
	}{
		"int":    {schema.Int(0, 10), []string{`0`, `10`}, []string{`11`, `-1`, `1.0`, `1e1`, `"1"`, `true`, `99999999999999999999`}},
		"choice": {schema.Choice(1, 7), []string{`7`}, []string{`2`, `"7"`}},
		"text":   {schema.Text(1, 2), []string{`"a"`, `"äö"`}, []string{`""`, `"abc"`, `1`}},
		"mail":   {schema.SafeMail(1, 50), []string{`"ask a@b.ch, 5 < 6"`}, []string{`"<b>"`, `"see https://x.y"`, `"www.x"`, `""`}},
		"safe":   {schema.Safe(1, 50), []string{`"Contract A.B, 5 < 6"`}, []string{`"<b>"`, `"see https://x.y"`, `"www.x"`, `"a@b.ch"`}},
		"name": {schema.Name(255), []string{`"Anne-Sophie"`, `"Müller"`, `"O'Hara"`, `"Łukasz"`, `"Șerban"`, `"Jean  Luc"`},
			[]string{`"Dr. Müller"`, `" A"`, `"A "`, `"Smith & Co"`, `"d’Arc"`, `"Ωmega"`, `"Иван"`, `"Ð"`, `"a/b"`, `""`}},
		"external": {schema.Match(255, `[\w\-@.%+]+`), []string{`"kommo-123_45-1"`}, []string{`"a:b"`, `"a/b"`, `"a b"`, `"a\n"`}},
		"uuid":     {schema.UUID(), []string{`"0ef334d2-7f36-4643-8a2a-4283b4a3e4a4"`}, []string{`"x"`, `"0ef334d27f3646438a2a4283b4a3e4a4"`}},
		"email":    {schema.Email(), []string{`"a@b.ch"`}, []string{`"a"`, `"A <a@b.ch>"`, `""`}},
		"phone":    {schema.Phone(), []string{`"+33612345678"`}, []string{`"0612345678"`, `"+336 12 34"`, `""`}},
		"date":     {schema.Date(), []string{`"2026-02-28"`}, []string{`"2026-02-30"`, `"28.02.2026"`, `"2026-02-28T00:00:00Z"`}},
		"uri":      {schema.URI(30, "https"), []string{`"https://a.b/c"`}, []string{`"http://a.b"`, `"/c"`, `"https://"`, `"https://a.b/cccccccccccccccccccccc"`}},
		"zone":     {schema.Zone(), []string{`"Europe/Paris"`, `"UTC"`}, []string{`"Paris"`, `""`, `"Local"`, `"../x"`}},
	} {
		for _, in := range test.good {
			if got, err := schema.Check([]byte(in), test.rule); err != nil || got != nil {
				t.Errorf("%s refuses %s: %v %v", name, in, got, err)
			}
		}
		for _, in := range test.bad {
			if got, err := schema.Check([]byte(in), test.rule); err != nil || got == nil {
				t.Errorf("%s accepts %s: %v", name, in, err)
			}
		}
	}
}

func FuzzCheck(f *testing.F) {
	for _, s := range []string{`{"a":[{"t":"x"}]}`, `{"a":null}`, `[`, `{"a":[1,"b"]}`} {
		f.Add([]byte(s))
	}
	rule := schema.Closed(schema.Must("a", schema.List(schema.Switch("t",
		schema.Case{Value: "x", Rule: schema.Open(schema.May("u", schema.Unique(schema.Text(0, 3), 2)))}), 3)))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if got, err := schema.Check(raw, rule); err == nil && got == nil && bytes.IndexByte(raw, '{') < 0 {
			t.Errorf("accepted %q", raw)
		}
	})
}
