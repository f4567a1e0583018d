package kommo

import "net/http"

// simCard is all there is to see on a lead's card.
func (s *Simulator) simCard(c *call) (reply, error) {
	l := s.world.leads[c.id()]
	if l == nil {
		return reply{}, refuse(http.StatusNotFound, "no such lead")
	}
	p, _ := s.world.pipeline(l.pipeline)
	st, _ := p.stage(l.stage, "")
	contacts, notes, tasks, files := []object{}, []object{}, []object{}, []object{}
	for _, id := range l.contacts {
		contacts = append(contacts, s.contactJSON(s.world.contacts[id], false))
	}
	for _, nt := range s.world.notes {
		if nt.kind == "leads" && nt.entity == l.id {
			notes = append(notes, s.noteJSON(nt))
		}
	}
	for _, t := range s.world.tasks {
		if t.kind == "leads" && t.entity == l.id {
			tasks = append(tasks, s.taskJSON(t))
		}
	}
	for _, uuid := range l.files {
		if f := s.world.files[uuid]; f != nil {
			files = append(files, object{
				"uuid": f.uuid, "name": f.name, "mime_type": f.mime, "size": len(f.data), "sha256": f.sum(),
			})
		}
	}
	return ok(object{
		"lead": s.leadJSON(l, true), "pipeline": p.Name, "stage": st.Name, "contacts": contacts,
		"notes": notes, "tasks": tasks, "files": files,
	}), nil
}
