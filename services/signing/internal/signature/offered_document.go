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
	switch {
	case c.MaxDocumentBytes > 0 && int64(len(content)) > c.MaxDocumentBytes:
		return c.refuse(ReasonDocumentTooLarge, "document", "takes a PDF of at most %d bytes: the %s has %d",
			c.MaxDocumentBytes, what, len(content))
	case !bytes.HasPrefix(content, []byte("%PDF-")):
		return c.refuse(ReasonDocumentRejected, "document", "takes PDFs only, which the %s is not", what)
	}
	return nil
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
