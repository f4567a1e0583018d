package kommo

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strconv"
)

// reader collects a hook from the leaves of its tree. Both encodings feed it the same paths, and only the few leaves that
// matter are kept, so that its memory does not grow with the body's number of keys.
type reader struct {
	hook     Hook
	leads    map[itemKey]*LeadHint
	contacts map[itemKey]*ContactHint
	appended int64
	// event is the one of a widget's action; foreign means that it is not about a lead.
	event   LeadHint
	foreign bool
}

// itemKey orders items by group, event and numeric index.
type itemKey struct {
	event string
	index int64
}

func (k itemKey) compare(other itemKey) int {
	return cmp.Or(cmp.Compare(k.event, other.event), cmp.Compare(k.index, other.index))
}

func newReader() *reader {
	return &reader{leads: map[itemKey]*LeadHint{}, contacts: map[itemKey]*ContactHint{}}
}

// put takes one leaf. A path is compared as a whole, so that a scalar and a parent may share one.
func (r *reader) put(path []string, value string) {
	if len(value) > maxText {
		value = value[:maxText]
	}
	switch path[0] {
	case "account":
		r.putAccount(path[1:], value)
	case "account_id":
		setInt(&r.hook.AccountID, value)
	case "subdomain":
		r.hook.Subdomain = value
	case "leads":
		r.putLead(path[1:], value)
	case "contacts":
		r.putContact(path[1:], value)
	case "event":
		r.putEvent(path[1:], value)
	case "action":
		r.putSetting(path[1:], value)
	default:
		r.unknown(path[0])
	}
}

func (r *reader) putAccount(path []string, value string) {
	switch {
	case len(path) == 1 && path[0] == "id":
		setInt(&r.hook.AccountID, value)
	case len(path) == 1 && path[0] == "subdomain":
		r.hook.Subdomain = value
	}
}

func (r *reader) putLead(path []string, value string) {
	if len(path) < 3 {
		return
	}
	lead := item(r, r.leads, path)
	if lead == nil {
		return
	}
	lead.Event = path[0]
	switch field := path[2]; {
	case len(path) == 4 && path[0] == "note" && field == "note" && path[3] == "element_id":
		setInt(&lead.ID, value)
	case len(path) != 3:
		return
	case field == "updated_at" || field == "last_modified" && lead.UpdateTime.IsZero():
		setTime(&lead.UpdateTime, value)
	default:
		if number := lead.number(field); number != nil {
			setInt(number, value)
		}
	}
}

func (l *LeadHint) number(field string) *int64 {
	switch field {
	case "id":
		return &l.ID
	case "status_id":
		return &l.StatusID
	case "old_status_id":
		return &l.OldStatusID
	case "pipeline_id":
		return &l.PipelineID
	case "old_pipeline_id":
		return &l.OldPipelineID
	}
	return nil
}

func (r *reader) putContact(path []string, value string) {
	if len(path) < 3 {
		return
	}
	contact := item(r, r.contacts, path)
	if contact == nil {
		return
	}
	contact.Event = path[0]
	switch {
	case len(path) == 3 && path[2] == "id":
		setInt(&contact.ID, value)
	case len(path) == 3 && path[2] == "type" && (value == "contact" || value == "company"):
		contact.Type = value
	case len(path) == 5 && path[2] == "linked_leads_id" && path[4] == "ID" && len(contact.LeadIDs) < maxItems:
		if id, err := strconv.ParseInt(value, 10, 64); err == nil && id > 0 {
			contact.LeadIDs = append(contact.LeadIDs, id)
		}
	}
}

// putEvent reads the shape of a widget's action in the Digital Pipeline: one event about one element.
func (r *reader) putEvent(path []string, value string) {
	const lead = "2" // Kommo's number of the element type
	switch {
	case len(path) == 1 && path[0] == "type_code" && isWord(value):
		r.event.Event = value
	case len(path) == 1 && path[0] == "time":
		setTime(&r.event.UpdateTime, value)
	case len(path) == 2 && path[0] == "data" && path[1] == "element_type":
		r.foreign = value != lead
	case len(path) == 2 && path[0] == "data":
		if number := r.event.number(path[1]); number != nil {
			setInt(number, value)
		}
	}
}

func (r *reader) putSetting(path []string, value string) {
	const depth = 4 // settings, widget, settings, <key>
	if len(path) != depth || path[0] != "settings" || path[2] != "settings" || len(r.hook.Settings) >= maxSettings {
		return
	}
	if r.hook.Settings == nil {
		r.hook.Settings = map[string]string{}
	}
	r.hook.Settings[path[3]] = value
}

func (r *reader) unknown(group string) {
	if isWord(group) && len(r.hook.Unknown) < maxUnknown && !slices.Contains(r.hook.Unknown, group) {
		r.hook.Unknown = append(r.hook.Unknown, group)
	}
}

// item finds or adds the item at path = event, index, ...; nil when there are too many or the index is none.
func item[T any](r *reader, items map[itemKey]*T, path []string) *T {
	index, err := strconv.ParseInt(path[1], 10, 64)
	if path[1] == "" {
		// PHP reads an empty index as "append": each one is an item of its own, after the numbered ones.
		r.appended++
		index, err = math.MaxInt64/2+r.appended, nil
	}
	if err != nil || !isWord(path[0]) {
		return nil
	}
	key := itemKey{path[0], index}
	if found, ok := items[key]; ok {
		return found
	}
	if len(r.leads)+len(r.contacts) >= maxItems {
		r.hook.Truncated = true
		return nil
	}
	added := new(T)
	items[key] = added
	return added
}

// done returns the hook with the items that have an id, in order.
func (r *reader) done() Hook {
	for _, key := range slices.SortedFunc(maps.Keys(r.leads), itemKey.compare) {
		if lead := *r.leads[key]; lead.ID > 0 {
			r.hook.Leads = append(r.hook.Leads, lead)
		}
	}
	if r.event.ID > 0 && !r.foreign {
		r.hook.Leads = append(r.hook.Leads, r.event)
	}
	for _, key := range slices.SortedFunc(maps.Keys(r.contacts), itemKey.compare) {
		if contact := *r.contacts[key]; contact.ID > 0 {
			r.hook.Contacts = append(r.hook.Contacts, contact)
		}
	}
	slices.Sort(r.hook.Unknown)
	return r.hook
}
