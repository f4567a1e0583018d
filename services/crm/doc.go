// Package crm is the context of deals. It wraps Kommo: decides what a deal needs, starts and withdraws signature
// requests at signing, and writes what happened on the deal's card. Its contract is countersign.crm.v1.
//
//	Kommo's webhook ──▶ inbox ──▶ look at the deal ──▶ decide ──▶ signing: CreateSignatureRequest
//	signing's events ──▶ cursor ──▶ effects ledger ──▶ note, task, field, file, stage on the card
//
// A webhook is a hint: the deal is read again before anything is decided, so a repeated, late or forged one changes
// nothing, and a lost one is found by a sweep over the stages that ask for signatures and the deals that have one under
// way. What was in a stage before the first sweep is left alone. An effect is planned, attempted
// and done; one that was attempted when the process died is looked for on the card before it is written again. A deal is
// moved on by nothing but a request that is COMPLETED at signing when it is read.
package crm
