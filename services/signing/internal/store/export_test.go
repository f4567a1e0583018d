package store

// Query lets the tests ask the engine how it would run a list.
func Query(f Filter) (string, []any) { return f.query() }
