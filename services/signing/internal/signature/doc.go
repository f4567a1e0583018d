// Package signature holds the rules of signature requests: what states there are, what moves a request forward, what
// has to be done next, and what a signing vendor must be able to do. It is pure but for the provider port: a state, a
// fact and a time go in, a state and the events it makes come out.
//
//	PREPARING → OUT_FOR_SIGNATURE → SIGNED → COMPLETED
//	    └→ REFUSED     ├→ DECLINED     └→ PROOF_FAILED
//	                   ├→ EXPIRED
//	                   └→ CANCELED (also from PREPARING)
//
// States only move forward. A late, repeated or reordered fact never moves one back.
package signature
