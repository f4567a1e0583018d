package signature

import (
	"bytes"
	"fmt"
)

// DocumentRefusal tells why the account takes no document like the order's, or like one of its attachments; nil when it
// does. An adapter calls it last.
func (c Capabilities) DocumentRefusal(order Order) *Refusal {
	for i, attachment := range order.Attachments {
		if refusal := c.refusePDF(attachment.Content, "attachment"); refusal != nil {
			refusal.Reason, refusal.Field = ReasonAttachmentNotOffered, fmt.Sprintf("attachments[%d]", i)
			if len(attachment.Content) == 0 {
				refusal.Reason = ReasonDocumentRejected // not read yet
			}
			return refusal
		}
	}
	if order.Template != "" {
		return nil
	}
	return c.refusePDF(order.Document, "document")
}

func (c Capabilities) refusePDF(content []byte, what string) *Refusal {
	if !bytes.HasPrefix(content, []byte("%PDF-")) {
		return c.refuse(ReasonDocumentRejected, "document", "takes PDFs only, which the %s is not", what)
	}
	return c.refuseSize(int64(len(content)), what)
}

// SizeRefusal tells which document of the order is too large for the account, by the sizes that are known before any is
// read; nil when none is.
func (c Capabilities) SizeRefusal(order Order) *Refusal {
	if refusal := c.refuseSize(order.DocumentSize, "document"); refusal != nil {
		refusal.Field = "source_document"
		return refusal
	}
	for i, attachment := range order.Attachments {
		if refusal := c.refuseSize(attachment.Size, "attachment"); refusal != nil {
			refusal.Field = fmt.Sprintf("attachments[%d]", i)
			return refusal
		}
	}
	return nil
}

func (c Capabilities) refuseSize(size int64, what string) *Refusal {
	if c.MaxDocumentBytes <= 0 || size <= c.MaxDocumentBytes {
		return nil
	}
	return c.refuse(ReasonDocumentTooLarge, "document", "takes a PDF of at most %d bytes: the %s has %d", c.MaxDocumentBytes, what, size)
}

// Prepared tells whether all that is shown to signers is at hand: only then refusals that need it can be judged.
func (o Order) Prepared() bool {
	for _, attachment := range o.Attachments {
		if len(attachment.Content) == 0 {
			return false
		}
	}
	return o.Template != "" || len(o.Document) > 0
}
