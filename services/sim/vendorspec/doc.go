// Package vendorspec holds a vendor's own words against what passes between an adapter and a simulator: every request and
// every answer is checked against the vendor's OpenAPI files. Paths, methods, parameters, content types, statuses and
// bodies must be described there; a property that is not described is refused in both directions.
//
// The files are the vendors' and no part of this repository. The environment variable COUNTERSIGN_VENDOR_SPECS names the
// folder that holds them; without it nothing is checked, and Contract.Tests says so aloud.
//
// The checking is kin-openapi's. Ours are the names: every object is closed, a file with a keyword or a format that nothing
// checks is refused, and what a vendor is known to do otherwise stands in a table.
package vendorspec
