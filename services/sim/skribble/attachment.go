package skribble

import (
	"net/http"
	"slices"
	"strings"
)

// attachment is a file shown beside the document, not signed.
type attachment struct {
	ID       string `json:"attachment_id"`
	Filename string `json:"filename"`

	content []byte
}

type attachmentInput struct {
	Filename    *string `json:"filename"`
	ContentType *string `json:"content_type"`
	Content     *string `json:"content"`
}

// attachable are the media types the vendor takes.
func attachable(media string) bool {
	const office = "application/vnd.openxmlformats-officedocument."
	return slices.Contains([]string{
		"application/pdf", "application/msword", office + "wordprocessingml.document",
		"application/vnd.ms-word.document.macroenabled.12", "application/vnd.ms-excel",
		office + "spreadsheetml.sheet", "application/vnd.ms-excel.sheet.macroenabled.12",
		"application/vnd.ms-powerpoint", office + "presentationml.presentation",
		"application/vnd.ms-powerpoint.presentation.macroenabled.12", "application/x-tika-msoffice",
		"application/x-tika-ooxml", "image/gif", "image/jpeg", "image/png", "text/plain",
	}, strings.ToLower(media))
}

func (s *Simulator) createAttachment(c *call) (answer, error) {
	in, err := decode[attachmentInput](s, c)
	if err != nil {
		return answer{}, err
	}
	r, err := s.open(c)
	if err != nil {
		return answer{}, err
	}
	for _, required := range []*string{in.Filename, in.ContentType, in.Content} {
		if required == nil || *required == "" {
			return answer{}, invalid("filename, content_type and content must not be empty")
		}
	}
	if !attachable(*in.ContentType) {
		return answer{}, problem{
			status: http.StatusBadRequest, kind: kindMessage, key: keyAttachmentType,
			message: "Attachment type is not supported",
		}
	}
	content, err := decodeContent(*in.Content, s.cfg.MaxDocument)
	if err != nil {
		return answer{}, err
	}
	r.Attachments = append(r.Attachments, &attachment{ID: newID(), Filename: *in.Filename, content: content})
	r.UpdatedAt = s.now()
	return s.showRequest(r)
}

func (s *Simulator) attachment(c *call) (*signatureRequest, *attachment, error) {
	r, err := s.request(c)
	if err != nil {
		return nil, nil, err
	}
	i := slices.IndexFunc(r.Attachments, func(a *attachment) bool { return a.ID == c.r.PathValue("aid") })
	if i < 0 {
		return nil, nil, notFound("Attachment")
	}
	return r, r.Attachments[i], nil
}

func (s *Simulator) attachmentContent(c *call) (answer, error) {
	_, a, err := s.attachment(c)
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusOK, contentType: "application/octet-stream", body: a.content}, nil
}

func (s *Simulator) deleteAttachment(c *call) (answer, error) {
	r, a, err := s.attachment(c)
	if err != nil {
		return answer{}, err
	}
	if err := r.mustBeOpen(); err != nil {
		return answer{}, err
	}
	r.Attachments = slices.DeleteFunc(r.Attachments, func(o *attachment) bool { return o == a })
	r.UpdatedAt = s.now()
	return s.deleted(), nil
}
