// Package pipeline decides what a deal in the CRM needs and what must appear on its card.
//
// It holds three pure functions. Decide looks at a deal that was just read, the rules and the attempts known for the deal,
// and says whether to start a signature request, ask a person for missing data, withdraw, or leave things alone. OnStarted
// and OnEvent turn what happened to a request into effects on the card. A hook is only a reason to look again: because
// every input is state that was read, a repeated, late or forged hook leads to the same decision as the first one.
//
// An attempt is one signature request for one deal under one rule. Attempts of a deal and rule are numbered from 1, and at
// most one of them is live.
//
// # Re-starting
//
// After a decline, an expiry, a cancellation or a failed proof, only a person's new act starts attempt n+1: the deal must
// have entered the trigger stage after the attempt ended. After a refusal, corrected data is such an act as well. A
// completed attempt is repeated only under a rule that says so.
//
// Two clocks meet here, the CRM's and ours. A stage entry counts as new only when it is later than the deal's own last
// change was at the start of the attempt, both by the CRM's clock: whatever the clocks differ, one entry starts one
// attempt. An entry while the attempt was live is told from one after its end by our clock, with five minutes' grace.
//
// # One deal, one document
//
// A deal that comes to another rule's stage while an attempt is live has that attempt withdrawn first; the other rule's
// turn comes when it has ended. An attempt of a rule that is configured no more counts as one of another rule, or as the
// same one when it is about the same template.
//
// # Names
//
// The first and the last name are taken from the contact's own fields. For SES and AES only, a full name of exactly two
// words is read as "First Last" when a field is empty. For QES nothing is guessed: a qualified certificate carries the
// name, and a wrong split makes a contract signed by nobody.
package pipeline
