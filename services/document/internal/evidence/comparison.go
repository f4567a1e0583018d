package evidence

import "bytes"

// comparison compares what is written to it with a package, region by region.
type comparison struct {
	raw     []byte
	regions []region
	at      int
	damaged []string
}

// region is a stretch of a package that ends at an offset and belongs to a part.
type region struct {
	name string
	end  int
}

// differences names the parts in whose regions a package is not what write makes of the parts; Structure stands for the
// rest.
func differences(raw []byte, parts []part) []string {
	c := &comparison{raw: raw}
	end := 0
	add := func(name string, size int) {
		end += size
		c.regions = append(c.regions, region{name, end})
	}
	for _, p := range parts {
		add(p.name, headerSize+len(p.name)+len(p.content))
	}
	for _, p := range parts {
		add(p.name, directorySize+len(p.name))
	}
	add(Structure, endSize)
	if err := write(c, parts); err != nil || c.at != len(raw) {
		c.damaged = append(c.damaged, Structure)
	}
	return c.damaged
}

// Write compares what comes next. What is behind the end of the package is not a difference of its own.
func (c *comparison) Write(p []byte) (int, error) {
	written := len(p)
	for len(p) > 0 && len(c.regions) > 0 {
		n := min(len(p), c.regions[0].end-c.at)
		there := c.raw[min(c.at, len(c.raw)):min(c.at+n, len(c.raw))]
		if !bytes.Equal(p[:len(there)], there) {
			c.damaged = append(c.damaged, c.regions[0].name)
		}
		p, c.at = p[n:], c.at+n
		if c.at == c.regions[0].end {
			c.regions = c.regions[1:]
		}
	}
	return written, nil
}
