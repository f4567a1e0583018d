package yousign

// Pace is how many calls a minute the key may make in the long run: what an hour allows, where that is less.
func (c Config) Pace() int {
	c = withDefaults(c)
	return min(c.CallsPerMinute, c.CallsPerHour/60)
}
