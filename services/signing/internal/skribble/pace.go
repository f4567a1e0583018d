package skribble

// Pace is how many calls a minute the account may make in the long run.
func (c Config) Pace() int {
	if c.CallsPerMinute > 0 {
		return c.CallsPerMinute
	}
	return defaultCallsPerMinute
}
