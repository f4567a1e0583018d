// Package document is the context of PDFs: it renders contracts from templates, keeps every PDF in an archive that is
// written once, and proves signed PDFs. It knows no signing provider and no CRM. Its contract is
// countersign.document.v1.
//
// A document is archived before it is known, so one that is known is there. Its bytes are checked against their hash
// whenever they are read. A proof is made from the bytes and the configured trust anchors alone, once, and kept.
package document
