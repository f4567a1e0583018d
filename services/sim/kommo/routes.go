package kommo

import (
	"net/http"
	"net/url"
	"strings"
)

// routes is Kommo's own API.
func (s *Simulator) routes() table {
	t := table{
		{http.MethodPost, tokenPath, s.locked(s.issueToken)},
		{http.MethodGet, "/api/v4/account", s.getAccount},
		{http.MethodGet, "/api/v4/users", s.listUsers},
		{http.MethodGet, "/api/v4/contacts", s.listContacts("contacts")},
		{http.MethodPost, "/api/v4/contacts", s.addContacts},
		{http.MethodGet, "/api/v4/contacts/{id}", s.getContact("contacts")},
		{http.MethodPatch, "/api/v4/contacts/{id}", s.patchContact},
		{http.MethodGet, "/api/v4/companies", s.listContacts("companies")},
		{http.MethodGet, "/api/v4/companies/{id}", s.getContact("companies")},
		{http.MethodGet, "/api/v4/tasks", s.listTasks},
		{http.MethodPost, "/api/v4/tasks", s.addTasks},
		{http.MethodPatch, "/api/v4/tasks", s.patchTasks},
		{http.MethodGet, "/api/v4/tasks/{id}", s.getTask},
		{http.MethodPatch, "/api/v4/tasks/{id}", s.patchTask},
		{http.MethodGet, "/api/v4/events", s.listEvents},
		{http.MethodGet, "/api/v4/webhooks", s.listWebhooks},
		{http.MethodPost, "/api/v4/webhooks", s.addWebhook},
		{http.MethodDelete, "/api/v4/webhooks", s.deleteWebhook},
	}
	for _, kind := range []string{"leads", "contacts"} {
		t = append(t,
			route{http.MethodGet, "/api/v4/" + kind + "/custom_fields", s.listFields(kind)},
			route{http.MethodPost, "/api/v4/" + kind + "/custom_fields", s.addFields(kind)},
			route{http.MethodGet, "/api/v4/" + kind + "/custom_fields/{id}", s.getField(kind)},
		)
	}
	for _, kind := range []string{"leads", "contacts", "companies"} {
		t = append(t, s.noteRoutes("/api/v4/"+kind, kind)...)
	}
	t = append(t, s.leadRoutes()...)
	t = append(t, s.driveRoutes()...)
	for i := range t[1:] {
		t[i+1].handle = s.paying(t[i+1].handle)
	}
	return t
}

func (s *Simulator) leadRoutes() table {
	return table{
		{http.MethodGet, "/api/v4/leads/pipelines", s.listPipelines},
		{http.MethodGet, "/api/v4/leads/pipelines/{id}", s.getPipeline},
		{http.MethodGet, "/api/v4/leads/pipelines/{id}/statuses", s.listStages},
		{http.MethodGet, "/api/v4/leads", s.listLeads},
		{http.MethodPost, "/api/v4/leads", s.addLeads},
		{http.MethodPatch, "/api/v4/leads", s.patchLeads},
		{http.MethodGet, "/api/v4/leads/{id}", s.getLead},
		{http.MethodPatch, "/api/v4/leads/{id}", s.patchLead},
		{http.MethodGet, "/api/v4/leads/{id}/links", s.leadLinks},
		{http.MethodGet, "/api/v4/leads/{id}/files", s.listLinkedFiles},
		{http.MethodPut, "/api/v4/leads/{id}/files", s.linkFiles},
		{http.MethodDelete, "/api/v4/leads/{id}/files", s.unlinkFiles},
	}
}

func (s *Simulator) noteRoutes(base, kind string) table {
	return table{
		{http.MethodPost, base + "/notes", s.addNotes(kind)},
		{http.MethodGet, base + "/notes", s.listNotes(kind)},
		{http.MethodGet, base + "/{id}/notes", s.listNotes(kind)},
		{http.MethodGet, base + "/notes/{id}", s.oneNote(kind, s.getNote)},
		{http.MethodPatch, base + "/notes/{id}", s.oneNote(kind, s.patchNote)},
		{http.MethodPost, base + "/notes/{id}/pin", s.oneNote(kind, pinNote(true))},
		{http.MethodPost, base + "/notes/{id}/unpin", s.oneNote(kind, pinNote(false))},
	}
}

func (s *Simulator) driveRoutes() table {
	drive, _ := url.Parse(s.cfg.DriveURL) // checked by New
	base := strings.TrimRight(drive.Path, "/")
	return table{
		{http.MethodPost, base + "/v1.0/sessions", s.openSession},
		{http.MethodPost, base + "/v1.0/sessions/upload/{key}", s.uploadPart},
		{http.MethodGet, base + "/v1.0/files/{key}", s.getFile},
		{http.MethodGet, base + "/v1.0/files/{key}/download", s.downloadFile},
		{http.MethodDelete, base + "/v1.0/files", s.deleteFiles},
	}
}

// controlRoutes is the control API; the package comment describes it.
func (s *Simulator) controlRoutes() table {
	return table{
		{http.MethodPost, "/_sim/contacts", s.locked(s.simCreateContact(false))},
		{http.MethodPatch, "/_sim/contacts/{id}", s.locked(s.simEditContact("contacts"))},
		{http.MethodDelete, "/_sim/contacts/{id}", s.locked(s.simDeleteContact)},
		{http.MethodPost, "/_sim/companies", s.locked(s.simCreateContact(true))},
		{http.MethodPatch, "/_sim/companies/{id}", s.locked(s.simEditContact("companies"))},
		{http.MethodPost, "/_sim/leads", s.locked(s.simCreateLead)},
		{http.MethodGet, "/_sim/leads/{id}", s.locked(s.simCard)},
		{http.MethodPatch, "/_sim/leads/{id}", s.locked(s.simEditLead)},
		{http.MethodDelete, "/_sim/leads/{id}", s.locked(s.simDeleteLead)},
		{http.MethodPost, "/_sim/leads/{id}/move", s.locked(s.simEditLead)},
		{http.MethodPost, "/_sim/leads/move", s.locked(s.simMoveLeads)},
		{http.MethodGet, "/_sim/files/{key}", s.locked(s.downloadFile)},
		{http.MethodGet, "/_sim/subscriptions", s.locked(s.simSubscriptions)},
		{http.MethodPost, "/_sim/subscriptions", s.locked(s.addWebhook)},
		{http.MethodPost, "/_sim/subscriptions/enable", s.locked(s.simEnable)},
		{http.MethodPost, "/_sim/hooks", s.locked(s.simHook)},
		{http.MethodPost, "/_sim/uninstall", s.simUninstall},
		{http.MethodGet, "/_sim/deliveries", s.simDeliveries},
		{http.MethodPost, "/_sim/deliveries/faults", s.simDeliveryFault},
		{http.MethodPost, "/_sim/faults", s.simFault},
		{http.MethodDelete, "/_sim/faults", s.simClearFaults},
		{http.MethodGet, "/_sim/clock", s.simClock},
		{http.MethodPost, "/_sim/clock/advance", s.simAdvance},
		{http.MethodGet, "/_sim/knobs", s.locked(s.simKnobs)},
		{http.MethodPut, "/_sim/knobs", s.locked(s.simSetKnobs)},
		{http.MethodPost, "/_sim/oauth/codes", s.locked(s.simCode)},
		{http.MethodPost, "/_sim/tokens/expire", s.locked(s.simExpire)},
		{http.MethodPost, "/_sim/tokens/revoke", s.locked(s.simRevoke)},
	}
}
