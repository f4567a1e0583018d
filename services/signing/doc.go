// Package signing is the context of signature requests. It hides Skribble and Yousign behind one contract,
// countersign.signing.v1, and knows no CRM.
//
// A caller creates a signature request and follows the event log. The request is saved with a job in one transaction and
// carried forward from there:
//
//	PREPARING → OUT_FOR_SIGNATURE → SIGNED → COMPLETED          (archived and proven)
//	    └→ REFUSED     ├→ DECLINED     └→ PROOF_FAILED          (a person decides)
//	                   ├→ EXPIRED
//	                   └→ CANCELED (also from PREPARING)
//
// What holds when a process is killed between any two lines: the request is where it was saved last, its job runs again,
// and an envelope that may exist at the vendor is looked for before another one is made. Callbacks are hints: the vendor
// is read before anything moves, and a lost callback is found by a check that comes back in growing pauses.
//
// A caller names a provider or leaves the choice to routing: the first account, in the order of the configuration, that can
// honour the whole request and answers. Nothing is lowered to fit; what no account can honour is refused with the reason, the
// field and the accounts that could. A routed request goes to another account as long as nothing can have happened at its
// first one, and never after.
package signing
