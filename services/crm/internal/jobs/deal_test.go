package jobs

import "testing"
import sim "github.com/countersign/countersign/services/sim/kommo"

func TestX(t *testing.T) {
	atDesk(t, func(d *desk) {
		lead := d.lead(sim.StageSendSkribble, d.contact())
		d.moved(lead, sim.StageSendSkribble)
		d.settle()
		t.Log(d.signing.count())
		t.Log(d.log.String())
	})
}
