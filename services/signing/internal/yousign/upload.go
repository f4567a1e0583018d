package yousign

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"
	"unicode"

	"github.com/countersign/countersign/services/signing/internal/signature"
	"github.com/countersign/countersign/services/signing/internal/vendorhttp"
)

// maxFileName in characters (API v3, documents).
const maxFileName = 128

// documents uploads what the draft lacks of the order's files and returns the id of the one to sign; of a template that
// is its own, and empty here. Files go up one after another, so that of the attachments a draft has the first ones.
func (p *Provider) documents(ctx context.Context, order signature.Order, draft request) (string, error) {
	signable, attached := "", 0
	for _, known := range draft.Documents {
		switch {
		case order.Template != "":
		case known.Nature == natureSignable && signable == "" && vendorhttp.IsID(known.ID):
			signable = known.ID
		case known.Nature == natureAttachment:
			attached++
		}
	}
	var err error
	if order.Template == "" && signable == "" {
		if signable, err = p.upload(ctx, draft.ID, natureSignable, order.FileName, order.Document); err != nil {
			return "", err
		}
	}
	for _, file := range order.Attachments[min(attached, len(order.Attachments)):] {
		if _, err := p.upload(ctx, draft.ID, natureAttachment, file.FileName, file.Content); err != nil {
			return "", err
		}
	}
	return signable, nil
}

func (p *Provider) upload(ctx context.Context, draftID, nature, name string, content []byte) (string, error) {
	body, contentType, err := uploadOf(nature, name, content)
	if err != nil {
		return "", err
	}
	call := p.request(http.MethodPost, vendorhttp.Path("signature_requests", draftID, "documents"), nil)
	call.Body, call.ContentType, call.Effect = body, contentType, true
	var uploaded document
	if err := p.http.JSON(ctx, call, nil, &uploaded); err != nil {
		return "", err
	}
	if !vendorhttp.IsID(uploaded.ID) {
		return "", &signature.UnknownOutcomeError{Cause: vendorhttp.ErrNoID}
	}
	return uploaded.ID, nil
}

// uploadOf is a PDF as the multipart body that Yousign takes, and its content type.
func uploadOf(nature, name string, content []byte) (body []byte, contentType string, err error) {
	var buffer bytes.Buffer
	writer := multipart.NewWriter(&buffer)
	natureErr := writer.WriteField("nature", nature)
	part, partErr := writer.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {multipart.FileContentDisposition("file", fileName(name))},
		"Content-Type":        {"application/pdf"},
	})
	if err := errors.Join(natureErr, partErr); err != nil {
		return nil, "", err
	}
	_, writeErr := part.Write(content)
	if err := errors.Join(writeErr, writer.Close()); err != nil {
		return nil, "", err
	}
	return buffer.Bytes(), writer.FormDataContentType(), nil
}

// fileName keeps what Yousign accepts of a file's name: no slashes, nothing unprintable, no spaces around it.
func fileName(name string) string {
	name = strings.Map(func(r rune) rune {
		if r == '/' || r == '\\' || !unicode.IsPrint(r) {
			return '-'
		}
		return r
	}, strings.ToValidUTF8(name, "-"))
	if characters := []rune(name); len(characters) > maxFileName {
		name = string(characters[len(characters)-maxFileName:])
	}
	return cmp.Or(strings.TrimSpace(name), "document.pdf")
}
