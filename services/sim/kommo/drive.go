package kommo

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"
)

// The drive's limits, in bytes.
const (
	maxFileSize = 314572800
	maxPartSize = 524288
)

// session is an upload under way. Its token is part of the only URL that takes the next part.
type session struct {
	id, token  string
	name, mime string
	fileUUID   string // of the file this becomes a new version of; empty for a new file
	size       int
	data       bytes.Buffer
	startedAt  int64
}

// sessionLife is how long an upload may take, in seconds.
const sessionLife = 24 * 60 * 60

// file is a stored file with its newest version.
type file struct {
	uuid, version string
	name, mime    string
	data          []byte
	createdAt     int64
}

// openSession is POST {drive}/v1.0/sessions.
func (s *Simulator) openSession(c *call) (reply, error) {
	i, err := c.one()
	if err != nil {
		return reply{}, err
	}
	i.require("file_name", "file_size")
	ses := &session{id: newUUID(), startedAt: s.now(), mime: "application/octet-stream"}
	ses.name, _ = i.text("file_name")
	if mime, sent := i.text("content_type"); sent {
		ses.mime = mime
	}
	var sent bool
	if ses.size, sent = i.integer("file_size"); sent && (ses.size < 1 || ses.size > maxFileSize) {
		i.refuse(wrongChoice("file_size"))
	}
	if ses.fileUUID, sent = i.text("file_uuid"); sent && s.world.files[ses.fileUUID] == nil {
		i.refuse(wrongChoice("file_uuid"))
	}
	if err := invalid(i); err != nil {
		return reply{}, err
	}
	return ok(object{
		"session_id": ses.id, "upload_url": s.nextPart(ses), "max_file_size": maxFileSize, "max_part_size": maxPartSize,
	}), nil
}

// nextPart moves the session to a new URL and returns it; the old one is dead.
func (s *Simulator) nextPart(ses *session) string {
	delete(s.world.sessions, ses.token)
	ses.token = rand.Text()
	s.world.sessions[ses.token] = ses
	return s.cfg.DriveURL + "/v1.0/sessions/upload/" + ses.token
}

// uploadPart is POST of the raw bytes to an upload_url or next_url.
func (s *Simulator) uploadPart(c *call) (reply, error) {
	ses := s.world.sessions[c.args[0]]
	switch {
	case ses == nil || s.now() > ses.startedAt+sessionLife:
		return reply{}, refuse(http.StatusBadRequest, "Upload session is not valid")
	case len(c.body) == 0 || len(c.body) > maxPartSize:
		return reply{}, refuse(http.StatusBadRequest, fmt.Sprintf("A part holds 1 to %d bytes", maxPartSize))
	case ses.data.Len()+len(c.body) > ses.size:
		return reply{}, refuse(http.StatusBadRequest, "The file is larger than announced")
	}
	ses.data.Write(c.body)
	if ses.data.Len() < ses.size {
		return ok(object{"session_id": ses.id, "next_url": s.nextPart(ses)}), nil
	}
	delete(s.world.sessions, ses.token)
	f := s.world.files[ses.fileUUID]
	if f == nil {
		f = &file{uuid: newUUID(), createdAt: s.now()}
		s.world.files[f.uuid] = f
	}
	f.version, f.name, f.mime, f.data = newUUID(), ses.name, ses.mime, ses.data.Bytes()
	return ok(s.fileJSON(f)), nil
}

// getFile is GET {drive}/v1.0/files/{uuid}.
func (s *Simulator) getFile(c *call) (reply, error) {
	f := s.world.files[c.args[0]]
	if f == nil {
		return reply{}, refuse(http.StatusNotFound, "File not found")
	}
	return ok(s.fileJSON(f)), nil
}

// downloadFile is the file's download link, and GET /_sim/files/{uuid}.
func (s *Simulator) downloadFile(c *call) (reply, error) {
	f := s.world.files[c.args[0]]
	if f == nil {
		return reply{}, refuse(http.StatusNotFound, "File not found")
	}
	return reply{status: http.StatusOK, raw: f.data, mediaType: f.mime}, nil
}

// deleteFiles is DELETE {drive}/v1.0/files.
func (s *Simulator) deleteFiles(c *call) (reply, error) {
	items, err := c.many(s.knobs)
	if err != nil {
		return reply{}, err
	}
	for _, i := range items {
		uuid, _ := i.text("uuid")
		delete(s.world.files, uuid)
	}
	return empty(http.StatusNoContent), nil
}

func (s *Simulator) fileJSON(f *file) object {
	base := s.cfg.DriveURL + "/v1.0/files/" + f.uuid
	return object{
		"uuid": f.uuid, "version_uuid": f.version, "type": "file", "size": len(f.data), "is_trashed": false,
		"name": strings.TrimSuffix(f.name, path.Ext(f.name)), "sanitized_name": f.name, // name may lack the extension
		"metadata":   object{"extension": strings.TrimPrefix(path.Ext(f.name), "."), "mime_type": f.mime},
		"created_at": f.createdAt, "updated_at": f.createdAt, "has_multiple_versions": false,
		"_links": object{
			"self": object{"href": base}, "download": object{"href": base + "/download"},
			"download_version": object{"href": base + "/download?version_uuid=" + f.version},
		},
	}
}

// linkFiles is PUT /api/v4/leads/{id}/files.
func (s *Simulator) linkFiles(c *call) (reply, error) {
	files, err := s.namedFiles(c)
	if err != nil {
		return reply{}, err
	}
	l := s.world.leads[c.id()]
	for _, f := range files {
		if !slices.Contains(l.files, f.uuid) {
			l.files = append(l.files, f.uuid)
		}
	}
	return ok(object{}), nil
}

// unlinkFiles is DELETE /api/v4/leads/{id}/files.
func (s *Simulator) unlinkFiles(c *call) (reply, error) {
	files, err := s.namedFiles(c)
	if err != nil {
		return reply{}, err
	}
	l := s.world.leads[c.id()]
	for _, f := range files {
		l.files = slices.DeleteFunc(l.files, func(uuid string) bool { return uuid == f.uuid })
	}
	return empty(http.StatusAccepted), nil
}

// namedFiles reads [{"file_uuid":…}] of a lead that must exist.
func (s *Simulator) namedFiles(c *call) ([]*file, error) {
	items, err := c.many(s.knobs)
	if err != nil {
		return nil, err
	}
	if !s.world.exists("leads", c.id()) {
		return nil, refuse(http.StatusNotFound, "Lead not found")
	}
	var files []*file
	for _, i := range items {
		i.require("file_uuid")
		uuid, sent := i.text("file_uuid")
		f := s.world.files[uuid]
		if sent && f == nil {
			i.refuse(wrongChoice("file_uuid"))
		}
		files = append(files, f)
	}
	return files, invalid(items...)
}

// listLinkedFiles is GET /api/v4/leads/{id}/files.
func (s *Simulator) listLinkedFiles(c *call) (reply, error) {
	var list []object
	if s.world.exists("leads", c.id()) {
		for n, uuid := range s.world.leads[c.id()].files {
			list = append(list, object{"id": n + 1, "file_uuid": uuid})
		}
	}
	return page(s, c, "files", list, asIs)
}

func (f *file) sum() string {
	sum := sha256.Sum256(f.data)
	return hex.EncodeToString(sum[:])
}
