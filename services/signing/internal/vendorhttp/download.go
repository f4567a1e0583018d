package vendorhttp

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/countersign/countersign/services/signing/internal/signature"
)

// pdfMagic is how every PDF begins.
const pdfMagic = "%PDF-"

// errNotPDF is the cause when a vendor sends something else where a PDF was asked for.
var errNotPDF = errors.New("the provider sent something that is not a PDF")

// PDF makes the call and streams the PDF it is answered with. It fails as Do does, and as unavailable when the answer
// is no PDF. Reading fails with a *signature.UnavailableError, also where the file is larger or slower than is accepted:
// a file is whole only when the reader reached io.EOF. The caller closes it.
func (c *Client) PDF(ctx context.Context, request Request) (io.ReadCloser, error) {
	if err := c.admit(ctx); err != nil {
		return nil, err
	}
	request.Accept = "application/pdf"
	ctx, cancel := context.WithTimeout(ctx, c.config.DownloadTimeout)
	response, err := c.send(ctx, request)
	if err != nil {
		cancel()
		return nil, err
	}
	opened := false
	defer func() {
		if !opened {
			_ = response.Body.Close()
			cancel()
		}
	}()
	if response.StatusCode < 200 || response.StatusCode > 299 {
		// A body that cannot be read costs only the detail: the status already says no.
		body, _ := readAll(response.Body, c.config.MaxAnswer)
		return nil, c.refusal(request, response, body)
	}
	buffered := bufio.NewReader(response.Body)
	head, err := buffered.Peek(len(pdfMagic))
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, failure(false, err)
	}
	if !bytes.Equal(head, []byte(pdfMagic)) {
		return nil, failure(false, errNotPDF)
	}
	opened = true
	return &download{from: buffered, body: response.Body, cancel: cancel, left: c.config.MaxDownload}, nil
}

// download is a file on its way.
type download struct {
	from   io.Reader
	body   io.Closer
	cancel context.CancelFunc
	left   int64
}

// Read reads the next bytes of the file.
func (d *download) Read(into []byte) (int, error) {
	n, err := d.from.Read(into)
	d.left -= int64(n)
	if d.left < 0 {
		return 0, failure(false, errTooLarge)
	}
	if err != nil && err != io.EOF {
		return n, &signature.UnavailableError{Cause: err}
	}
	return n, err
}

// Close ends the download, finished or not.
func (d *download) Close() error {
	err := d.body.Close()
	d.cancel()
	return err
}
