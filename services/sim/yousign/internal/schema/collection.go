package schema

import (
	"fmt"
	"sort"
)

// List is an array of at most max items; max 0 means no limit.
func List(item Rule, max int) Rule {
	return func(path string, v any) []Invalid {
		items, ok := v.([]any)
		if !ok {
			return one(path, wrongType("array"))
		}
		if max > 0 && len(items) > max {
			return one(path, fmt.Sprintf("This collection should contain %d elements or less.", max))
		}
		var out []Invalid
		for i, x := range items {
			out = append(out, item(fmt.Sprintf("%s[%d]", path, i), x)...)
		}
		return out
	}
}

// Unique is an array like List whose items, strings, may not repeat.
func Unique(item Rule, max int) Rule {
	list := List(item, max)
	return func(path string, v any) []Invalid {
		if bad := list(path, v); bad != nil {
			return bad
		}
		seen := map[any]bool{}
		for _, x := range v.([]any) {
			if seen[x] {
				return one(path, "This collection should contain only unique elements.")
			}
			seen[x] = true
		}
		return nil
	}
}

// AnyOf accepts a value that one of the rules accepts, and otherwise reports what the first one says.
func AnyOf(rules ...Rule) Rule {
	return func(path string, v any) []Invalid {
		var first []Invalid
		for i, r := range rules {
			bad := r(path, v)
			if bad == nil {
				return nil
			}
			if i == 0 {
				first = bad
			}
		}
		return first
	}
}

// Map is an object with keys of the caller's choosing.
func Map(value Rule) Rule {
	return func(path string, v any) []Invalid {
		o, ok := v.(map[string]any)
		if !ok {
			return one(path, wrongType("object"))
		}
		var out []Invalid
		for k, x := range o {
			out = append(out, value(join(path, k), x)...)
		}
		sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
		return out
	}
}
