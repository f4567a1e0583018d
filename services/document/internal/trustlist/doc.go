// Package trustlist reads the trusted lists of the member states of the European Union (ETSI TS 119 612, versions 5 and 6
// of the format) from a folder and says how a trust service stood at a time. Nothing is fetched.
//
// The folder holds:
//
//   - lotl-signers.pem: the certificates that may sign the list of lists, as published in the Official Journal of the
//     European Union. Trust starts here.
//   - lotl.xml, or one other *.xml: the list of lists. It pins, for each state, who may sign that state's list. A pivot,
//     which is a chain of several lists of lists by which the signers change, is not followed: after such a change the
//     operator takes the new certificates from the Official Journal.
//   - any other *.xml: the states' lists.
//   - switzerland.pem, optional: anchors for issuers under Swiss law, which no list of the Union names, in the syntax of
//     proof.NewAnchors with the lines "Proves:".
//
// A list counts when one enveloped XML signature covers all of it, the signer is one that the list of lists pins for the
// list's territory, and its format is known. Only the bytes that the signature covers are read for meaning. A list speaks
// for times up to its NextUpdate, or that of the list of lists when it is earlier; about later times it has expired.
//
// The rules for what a status means are those of TS 119 615, taken on the safe side: what is not understood is an open
// question and never a yes.
package trustlist
