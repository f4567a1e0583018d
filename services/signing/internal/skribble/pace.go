package skribble

// Pace is how many calls an hour the account may make in the long run.
func (c Config) Pace() int {
	if c.CallsPerMinute > 0 {
		return c.CallsPerMinute * 60
	}
	return defaultCallsPerMinute * 60
}
