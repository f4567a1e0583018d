package yousign

// Pace is how many calls an hour the key may make in the long run: what its minutes allow, where that is less.
func (c Config) Pace() int {
	c = withDefaults(c)
	return min(c.CallsPerMinute*60, c.CallsPerHour)
}
