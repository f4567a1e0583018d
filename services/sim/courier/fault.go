package courier

import (
	"fmt"
	"slices"
	"time"
)

// The faults of a delivery by name.
const (
	Drop      = "drop"      // never sent
	Duplicate = "duplicate" // sent twice at the same time
	Reorder   = "reorder"   // sent after the next message, or after a simulated minute when none follows
	Delay     = "delay"     // first sent after a simulated minute
)

const delayed = time.Minute

type armed struct {
	fault string
	count int
}

// Arm gives the fault to the next count messages that carry none yet; 0 means 1. Faults armed earlier go first.
func (c *Courier) Arm(fault string, count int) error {
	known := []string{Drop, Duplicate, Reorder, Delay}
	if !slices.Contains(known, fault) {
		return fmt.Errorf("unknown delivery fault %q, want one of %v", fault, known)
	}
	if count < 0 {
		return fmt.Errorf("delivery fault %s: negative count", fault)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.armed = append(c.armed, armed{fault: fault, count: max(count, 1)})
	return nil
}

// takeFault is the next message's fault or empty.
func (c *Courier) takeFault() string {
	if len(c.armed) == 0 {
		return ""
	}
	first := &c.armed[0]
	fault := first.fault
	first.count--
	if first.count == 0 {
		c.armed = c.armed[1:]
	}
	return fault
}

func (c *Courier) takeHeld() []*Delivery {
	c.mu.Lock()
	defer c.mu.Unlock()
	held := c.held
	c.held = nil
	return held
}
