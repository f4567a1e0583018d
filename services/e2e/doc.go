// Package e2e holds the product's stories, told from the outside: a salesperson drags a deal, signers sign, and what must
// come of it is read at the vendors. Its tests know the built binary, its configuration file, its HTTP and gRPC
// contracts, and the simulated vendors; they know nothing of what is inside.
//
// Each story runs twice with the same assertions: against one process, and against a process per role, the callers
// started first. TestKillNine kills the product again and again and counts afterwards what the vendors saw.
//
// Environment:
//
//	COUNTERSIGN_BINARY  the binary to test; it is built when this is not set
//	COUNTERSIGN_KILLS   how often TestKillNine kills, 10 by default
//	COUNTERSIGN_SEED    the seed of its choices, from the clock by default; it is printed
package e2e
