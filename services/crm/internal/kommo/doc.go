// Package kommo knows one vendor: Kommo's API v4 and its webhooks.
//
// Client makes one HTTP call per method and never repeats one: what to do after a failure is the job's decision, and an
// Error says whether the call may have had its effect. All calls of a client share one rate limit, and a 429 stops them all
// until Kommo wants to hear from us again, because Kommo counts per source address.
//
// Decode reads what Kommo, its Digital Pipeline and its widgets send. A hook is a hint: it is not signed, may be repeated,
// late or forged, and only says which deals to read again.
package kommo
