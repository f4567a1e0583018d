// Package vendorspec holds a vendor's own words against what passes between an adapter and a simulator: every request and
// every answer is checked against the vendor's OpenAPI files. Paths, methods, parameters, content types, statuses and
// bodies must be described there; a property that is not described is refused in both directions.
//
// The files are the vendors' and no part of this repository. The environment variable COUNTERSIGN_VENDOR_SPECS names the
// folder that holds them; without it nothing is checked, and Open says so aloud.
//
// It reads as much of OpenAPI 3.0 and 3.1 as those files use, and fails on any keyword that it does not know, so that
// nothing goes unchecked in silence.
package vendorspec
