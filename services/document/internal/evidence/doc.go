// Package evidence makes and reads evidence packages: one ZIP that proves a signature request by itself, years later and
// without a network.
//
// A package holds the PDF that was sent, the signed one, the provider's audit trail, what happened, the kept proof, and a
// manifest with the SHA-256 of every part. The hashes are chained, so that the head, the last link, stands for all parts
// and their order. The same contents make the same bytes: nothing is compressed, no clock is read, and the order is fixed.
// That is also how a package is verified: it is made again from its parts, and every byte must be the same. No entry is
// ever decompressed, and no name is used as a path.
//
// What a package cannot prove is that nobody made another one: who changes a part and the manifest with it has a package
// that is intact, with another head. So head and SHA-256 are to be compared with what the service archived.
//
// The form is PKWARE's APPNOTE.TXT 6.3, the parts of it that a ZIP without compression needs.
package evidence
