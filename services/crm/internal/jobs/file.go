package jobs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	signingv1 "github.com/countersign/countersign/gen/countersign/signing/v1"
	"github.com/countersign/countersign/services/crm/internal/account"
	"github.com/countersign/countersign/services/crm/internal/kommo"
	"github.com/countersign/countersign/services/crm/internal/store"
	"github.com/countersign/countersign/services/internal/fault"
	"github.com/countersign/countersign/services/internal/rpc"
)

// uploadTime bounds the transfer of a signed document.
const uploadTime = 90 * time.Second

// mostFile bounds a signed document in memory.
const mostFile = 64 << 20

// file brings the signed document to the deal's files: upload, attach, note. The upload's id is saved before the file is
// attached, and when the effect was tried before, both later steps are looked for before they are made: a repetition
// leaves one file and one note.
func (w *Worker) file(ctx context.Context, a *account.Account, e *store.Effect, tried bool) error {
	ctx, cancel := context.WithTimeout(ctx, uploadTime)
	defer cancel()
	if e.RemoteID == "" {
		file, err := w.upload(ctx, a, e)
		if err != nil {
			return err
		}
		e.RemoteID = file.UUID + " " + file.VersionUUID
		if err := w.mark(ctx, *e); err != nil {
			return err
		}
	}
	uuid, version, _ := strings.Cut(e.RemoteID, " ")
	attached, noted, err := found(ctx, a.Client, e, tried)
	if err != nil {
		return err
	}
	if !attached {
		if err := a.Client.AttachFile(ctx, e.LeadID, uuid); err != nil {
			return err
		}
	}
	if noted {
		return nil
	}
	_, err = a.Client.AddAttachmentNote(ctx, e.LeadID, kommo.File{UUID: uuid, VersionUUID: version}, e.FileName)
	return err
}

// found tells which steps an earlier try got done.
func found(ctx context.Context, client *kommo.Client, e *store.Effect, tried bool) (attached, noted bool, err error) {
	if !tried {
		return false, false, nil
	}
	files, err := client.AttachedFiles(ctx, e.LeadID)
	if err != nil {
		return false, false, err
	}
	uuid, _, _ := strings.Cut(e.RemoteID, " ")
	noted, err = hasAttachmentNote(ctx, client, e)
	return slices.Contains(files, uuid), noted, err
}

// tells whether a note is the one of a file. Kommo does not always give the file's id back; its name holds our reference.
func tells(n kommo.Note, e *store.Effect) bool {
	uuid, _, _ := strings.Cut(e.RemoteID, " ")
	return n.FileUUID == uuid || n.Type == "attachment" && n.FileName == e.FileName
}

func hasAttachmentNote(ctx context.Context, client *kommo.Client, e *store.Effect) (bool, error) {
	for page := 1; ; page++ {
		notes, more, err := client.Notes(ctx, e.LeadID, page)
		if err != nil {
			return false, err
		}
		if slices.ContainsFunc(notes, func(n kommo.Note) bool { return tells(n, e) }) {
			return true, nil
		}
		if !more {
			return false, nil
		}
	}
}

func (w *Worker) upload(ctx context.Context, a *account.Account, e *store.Effect) (kommo.File, error) {
	attempt, err := w.Store.Attempt(ctx, e.Reference)
	if err != nil {
		return kommo.File{}, err
	}
	content, err := w.signed(ctx, attempt.SignatureRequest)
	if err != nil {
		return kommo.File{}, fmt.Errorf("read the signed document: %w", err)
	}
	drive, err := a.DriveURL(ctx)
	if err != nil {
		return kommo.File{}, err
	}
	return a.Client.Upload(ctx, drive, kommo.NewFile{
		Name: e.FileName, Size: int64(len(content)), ContentType: "application/pdf", Content: bytes.NewReader(content),
	})
}

func (w *Worker) signed(ctx context.Context, request string) ([]byte, error) {
	stream, err := w.Signing.StreamSignedDocument(ctx, &signingv1.StreamSignedDocumentRequest{Name: request})
	if err != nil {
		return nil, err
	}
	content, err := rpc.Collect(stream.Recv, mostFile)
	switch {
	case errors.Is(err, rpc.ErrTooLarge):
		return nil, hopeless("the signed document is larger than 64 MiB")
	case fault.Reason(err) == "DOCUMENT_DELETED":
		return nil, hopeless("the signed document is not in the archive any more")
	}
	return content, err
}
