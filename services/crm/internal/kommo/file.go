package kommo

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
)

// File is a file in the account's drive.
type File struct {
	UUID        string
	VersionUUID string
}

// NewFile is a file to upload.
type NewFile struct {
	// Name with its extension.
	Name string
	// Size in bytes; Content gives exactly as many.
	Size        int64
	ContentType string
	Content     io.Reader
	// UUID of a file to add a version to; empty makes a new file.
	UUID string
}

// The bounds of an upload. Kommo names the part size with each session; its documents show 524288 and 131072 bytes.
const (
	maxPart = 8 << 20
	maxFile = 300 << 20
)

type sessionJSON struct {
	UploadURL   string `json:"upload_url"`
	MaxFileSize int64  `json:"max_file_size"`
	MaxPartSize int64  `json:"max_part_size"`
}

// Upload sends a file to the drive, part by part, and returns it. driveURL is the Account's. The file is on no card yet:
// keep its uuid, then AttachFile. A failed upload leaves nothing behind but a session that ends by itself.
func (c *Client) Upload(ctx context.Context, driveURL string, file NewFile) (File, error) {
	const name = "Upload"
	if file.Size <= 0 || file.Size > maxFile {
		return File{}, &Error{Kind: Invalid, Call: name, problem: "the file is empty or too large"}
	}
	drive, err := c.driveURL(name, driveURL)
	if err != nil {
		return File{}, err
	}
	body := map[string]any{"file_name": file.Name, "file_size": file.Size, "content_type": file.ContentType}
	if file.UUID != "" {
		body["file_uuid"] = file.UUID
	}
	var session sessionJSON
	open := call{name: name, method: http.MethodPost, to: drive.JoinPath("v1.0/sessions"), in: body, out: &session}
	if err := c.do(ctx, open); err != nil {
		return File{}, err
	}
	if session.MaxPartSize <= 0 || session.MaxFileSize > 0 && file.Size > session.MaxFileSize {
		return File{}, &Error{Kind: Invalid, Call: name, problem: "the drive does not take a file of this size"}
	}
	return c.uploadParts(ctx, session, file)
}

// uploadParts sends the parts in order; each answer names the next part's address, the last one the file.
func (c *Client) uploadParts(ctx context.Context, session sessionJSON, file NewFile) (File, error) {
	const name = "Upload"
	part := make([]byte, min(session.MaxPartSize, maxPart, file.Size))
	next := session.UploadURL
	for left := file.Size; left > 0; {
		part = part[:min(int64(len(part)), left)]
		if _, err := io.ReadFull(file.Content, part); err != nil {
			return File{}, &Error{Kind: Invalid, Call: name, problem: "the content ends early or cannot be read", cause: ctx.Err()}
		}
		to, err := c.driveURL(name, next)
		if err != nil {
			return File{}, err
		}
		var answer struct {
			NextURL     string `json:"next_url"`
			UUID        string `json:"uuid"`
			VersionUUID string `json:"version_uuid"`
		}
		send := call{name: name, method: http.MethodPost, to: to, raw: part, rawType: file.ContentType, out: &answer}
		if err := c.do(ctx, send); err != nil {
			return File{}, err
		}
		left -= int64(len(part))
		if left == 0 && answer.UUID != "" {
			return File{answer.UUID, answer.VersionUUID}, nil
		}
		next = answer.NextURL
	}
	return File{}, &Error{Kind: Unavailable, Call: name, Uncertain: true, problem: "the drive did not take the file as complete"}
}

// AttachFile links a file of the drive to a lead's card. Repeating it is harmless.
func (c *Client) AttachFile(ctx context.Context, leadID int64, uuid string) error {
	return c.do(ctx, call{
		name: "AttachFile", method: http.MethodPut, path: filesOf(leadID), in: []map[string]string{{"file_uuid": uuid}},
	})
}

// AttachedFiles lists the uuids of the files on a lead's card.
func (c *Client) AttachedFiles(ctx context.Context, leadID int64) ([]string, error) {
	type attached struct {
		UUID string `json:"file_uuid"`
	}
	items, err := all[attached](ctx, c, call{name: "AttachedFiles", path: filesOf(leadID)}, "files")
	uuids := make([]string, 0, len(items))
	for _, item := range items {
		uuids = append(uuids, item.UUID)
	}
	return slices.Clip(uuids), err
}

func filesOf(leadID int64) string { return fmt.Sprintf("leads/%d/files", leadID) }
