// Package services is Countersign on one page: a stage change in the Kommo CRM becomes a legally binding signature at
// Skribble or Yousign, and the deal is won only when the signed PDF has been archived and proven. The package has no
// code, only the laws of the house as tests.
//
// # Contexts
//
//	webhooks, JSON              gRPC           gRPC               gRPC
//	Kommo ────┐
//	Skribble ─┼──▶ gateway ──▶ crm ─────────▶ signing ─────────▶ document
//	Yousign ──┘       │          │                                  ▲
//	platforms ────────┤          └── reads the signed PDF ──────────┤
//	                  └── JSON API: crm, signing, document ─────────┘
//
// Package document renders contracts, keeps every PDF, and proves signed ones; it knows no vendor and no CRM. Package
// signing owns the signature requests and their event log, and hides which vendor signs; it knows no CRM. Package crm
// decides what a deal needs, and writes back onto its card what signing's events say. Package gateway is HTTP: routes,
// limits and raw webhook bytes, without secrets and without state.
//
// Arrows point one way and nobody calls back up: crm follows signing's event log with a cursor of its own. A webhook is a
// hint that is stored and answered; what happened is then read from the vendor.
//
// # Two topologies
//
// One process runs every role, connected by in-process pipes: the default, with one SQLite file per context. Or each role
// runs in a process of its own, connected by gRPC over TCP, with one Postgres schema per context or one SQLite file where
// a role runs once. The contracts, the interceptors, the errors and the limits are the same, and no code but the command's
// can tell which it is.
//
// # Laws
//
// The tests beside this file hold what reviews would forget: who may import whom (imports), what every contract has
// (contracts), how large and how documented code is (shape), and which modules the product stands on (modules).
package services
