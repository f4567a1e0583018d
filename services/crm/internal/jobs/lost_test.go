package jobs

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/countersign/countersign/services/crm/internal/store"
	sim "github.com/countersign/countersign/services/sim/kommo"
)

func (d *desk) story() int64 {
	d.Helper()
	lead := d.started(sim.StageSendSkribble)
	d.tell(lead, "SENT", "OUT_FOR_SIGNATURE", nil)
	d.tell(lead, "SIGNER_BOUNCED", "OUT_FOR_SIGNATURE", about("customer"))
	d.settle()
	d.prove()
	d.tell(lead, "SIGNED", "SIGNED", nil)
	d.tell(lead, "COMPLETED", "COMPLETED", nil)
	d.settle()
	return lead
}

func (d *desk) seen(lead int64) []string {
	d.Helper()
	c := d.card(lead)
	lines := []string{"stage " + c.Stage, "status " + c.field("SIGN_STATUS"), "request " + c.field("SIGN_REQUEST_ID")}
	for _, n := range c.Notes {
		line := "note " + n.Params.Text
		if n.Type == "attachment" {
			line = fmt.Sprint("attachment of the file: ", len(c.Files) == 1 && n.Params.FileUUID == c.Files[0].UUID)
		}
		lines = append(lines, line)
	}
	for _, task := range c.Tasks {
		lines = append(lines, "task "+task.Text)
	}
	for _, f := range c.Files {
		lines = append(lines, "file "+f.Name+" "+f.SHA256)
	}
	return lines
}

func TestEveryEffectIsThereOnceWhicheverWriteIsLost(t *testing.T) {
	t.Parallel()
	var want []string
	writes := 0
	atDesk(t, func(d *desk) {
		want = d.seen(d.story())
		_, writes = d.kommo.count()
	})
	if len(want) != 8 || writes < 10 {
		t.Fatalf("%d writes left %q", writes, want)
	}
	for _, fault := range []string{"error_before", "error_after", "drop_after", "rate_limit"} {
		for nth := 1; nth <= writes; nth++ {
			t.Run(fmt.Sprintf("%s %d", fault, nth), func(t *testing.T) {
				atDesk(t, func(d *desk) {
					hit, lost := make(chan struct{}), ""
					d.crash = hit
					d.kommo.before = func(n int, r *http.Request) int {
						if n == nth {
							lost = r.Method + " " + r.URL.Path
							d.fault(fault, r.Method, r.URL.Path, 1)
							close(hit)
						}
						return 0
					}
					got := d.seen(d.story())
					if diff := cmp.Diff(want, got); diff != "" || lost == "" {
						d.Errorf("lost %q: %s", lost, diff)
					}
					d.created(1)
				})
			})
		}
	}
}

func TestWhatKommoRefusesHoldsNothingUp(t *testing.T) {
	t.Parallel()
	writes := 0
	atDesk(t, func(d *desk) {
		d.story()
		_, writes = d.kommo.count()
	})
	for _, status := range []int{http.StatusBadRequest, http.StatusNotFound} {
		for nth := 1; nth <= writes; nth++ {
			t.Run(fmt.Sprintf("%d %d", status, nth), func(t *testing.T) {
				atDesk(t, func(d *desk) {
					d.kommo.before = func(n int, _ *http.Request) int {
						if n == nth {
							return status
						}
						return 0
					}
					d.refusedOnce(d.story(), status)
				})
			})
		}
	}
}

// refusedOnce wants one failed effect with a problem that says nothing of a person, and all others done. A task may have
// found another person instead.
func (d *desk) refusedOnce(lead int64, status int) {
	d.Helper()
	effects, err := d.store.Effects(context.Background(), "acme", lead)
	d.must(err)
	failed := 0
	for _, e := range effects {
		switch e.State {
		case store.Failed:
			failed++
			if !strings.Contains(e.Problem, fmt.Sprint("http ", status)) || strings.Contains(e.Problem, "Roth") {
				d.Errorf("%s: %q", e.Key, e.Problem)
			}
		case store.Done, store.Superseded:
			if e.Problem != "" {
				d.Errorf("%s: %q", e.Key, e.Problem)
			}
		default:
			d.Errorf("%s is %s", e.Key, e.State)
		}
	}
	if tasks := len(d.card(lead).Tasks); failed != 1 && (status != http.StatusBadRequest || tasks != 1) {
		d.Errorf("%d failed: %q", failed, d.effects(lead))
	}
}
