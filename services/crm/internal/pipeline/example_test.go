package pipeline_test

import (
	"fmt"
	"time"

	"github.com/countersign/countersign/services/crm/internal/pipeline"
)

// A hook that comes twice starts one request: the second look finds the first attempt.
func ExampleDecide() {
	rules, err := pipeline.NewRules(pipeline.Rule{
		ID: "nda", Pipeline: 7, Stage: 70, Template: "nda-v1", Provider: "skribble", Level: pipeline.AES, Legislation: pipeline.EIDAS,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	deal := pipeline.Deal{
		Account: "3200", LeadID: 5, Name: "Roth AG", PipelineID: 7, StageID: 70,
		Contact: &pipeline.Contact{FirstName: "Ana", LastName: "Roth", Email: "ana@roth.example"},
	}
	now := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)

	first := pipeline.Decide(rules, deal, nil, now)
	fmt.Println(first.Outcome, first.Plan.Key, first.Plan.Title)

	saved := pipeline.History{{Rule: first.Rule, Number: first.Attempt, State: pipeline.Planned}}
	second := pipeline.Decide(rules, deal, saved, now)
	fmt.Println(second.Outcome, second.Attempt)
	// Output:
	// start 3200/5/nda/1 Roth AG
	// running 1
}
