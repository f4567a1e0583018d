package vendorspec

import "maps"

// alternatives holds the value against oneOf, of which exactly one must fit, and anyOf.
func (c *checker) alternatives(schema node, value any, at string) {
	if branches := schema.list("oneOf"); len(branches) > 0 {
		if fitting := c.branches(branches, value, at); fitting > 1 {
			c.report(ambiguous, at, "%d alternatives fit, want one", fitting)
		}
	}
	if branches := schema.list("anyOf"); len(branches) > 0 {
		c.branches(branches, value, at)
	}
}

// branches returns how many of the schemas fit; when none does, it reports what the nearest one misses.
func (c *checker) branches(schemas []node, value any, at string) (fitting int) {
	var nearest []finding
	distance := -1
	for _, schema := range schemas {
		trial := &checker{library: c.library, side: c.side, described: map[string]bool{}}
		trial.check(schema, value, at, true)
		maps.Copy(c.described, trial.described)
		if len(trial.findings) == 0 {
			fitting++
			continue
		}
		if far := trial.distance(at); distance < 0 || far < distance {
			nearest, distance = trial.findings, far
		}
	}
	if fitting == 0 {
		c.findings = append(c.findings, nearest...)
	}
	return fitting
}

// distance is how much a trial misses; a value of another type is farther than any number of wrong properties.
func (c *checker) distance(at string) int {
	far := len(c.findings)
	for _, f := range c.findings {
		if f.kind == wrongType && f.at == at {
			far += 1000
		}
	}
	return far
}
