package kommo

import (
	"slices"
	"strings"
)

// world is everything the account holds. The simulator's mutex guards it.
type world struct {
	Seed
	lastID    int
	leads     map[int]*lead
	contacts  map[int]*contact // and companies
	notes     []*note
	tasks     []*task
	events    []*event
	files     map[string]*file
	sessions  map[string]*session
	hooks     []*subscription
	taskTypes []object
}

func newWorld(s Seed) *world {
	w := &world{
		Seed:     s,
		lastID:   9_000_000,
		leads:    map[int]*lead{},
		contacts: map[int]*contact{},
		files:    map[string]*file{},
		sessions: map[string]*session{},
		taskTypes: []object{
			{"id": 1, "name": "Follow-up", "color": nil, "icon_id": nil, "code": "FOLLOW_UP"},
			{"id": 2, "name": "Meeting", "color": nil, "icon_id": nil, "code": "MEETING"},
		},
	}
	w.Pipelines = slices.Clone(s.Pipelines)
	for i := range w.Pipelines {
		w.Pipelines[i].Stages = withClosing(w.Pipelines[i].Stages)
	}
	w.LeadFields, w.ContactFields = slices.Clone(s.LeadFields), slices.Clone(s.ContactFields)
	return w
}

// withClosing adds the closing stages where the seed left them out.
func withClosing(stages []Stage) []Stage {
	stages = slices.Clone(stages)
	for _, closing := range []Stage{{ID: StageWon, Name: "Closed - won"}, {ID: StageLost, Name: "Closed - lost"}} {
		if !slices.ContainsFunc(stages, func(s Stage) bool { return s.ID == closing.ID }) {
			stages = append(stages, closing)
		}
	}
	return stages
}

// nextID numbers every kind of record in one row, so that an id never means two things.
func (w *world) nextID() int {
	w.lastID++
	return w.lastID
}

func (w *world) pipeline(id int) (Pipeline, bool) {
	i := slices.IndexFunc(w.Pipelines, func(p Pipeline) bool { return p.ID == id })
	if i < 0 {
		return Pipeline{}, false
	}
	return w.Pipelines[i], true
}

// stage finds a stage by id, or by name when the id is 0.
func (p Pipeline) stage(id int, name string) (Stage, bool) {
	for _, s := range p.Stages {
		if id != 0 && s.ID == id || id == 0 && strings.EqualFold(s.Name, name) {
			return s, true
		}
	}
	return Stage{}, false
}

// entry is the stage a lead gets when only its pipeline is named: the first for worked leads.
func (p Pipeline) entry() Stage {
	for _, s := range p.Stages {
		if s.Type == 0 {
			return s
		}
	}
	return p.Stages[0]
}

func (w *world) user(id int) bool {
	return slices.ContainsFunc(w.Users, func(u User) bool { return u.ID == id })
}

// lead is a deal. Times are unix seconds.
type lead struct {
	id, price                      int
	name                           string
	responsible, createdBy, editor int
	pipeline, stage, lossReason    int
	createdAt, updatedAt, closedAt int64
	deleted                        bool
	fields                         values
	contacts                       []int // the first is the main one
	companies                      []int
	tags                           []tag
	files                          []string // uuids, in the order of linking
}

type tag struct {
	id   int
	name string
}

// contact is a person or, with company set, a company.
type contact struct {
	id                             int
	company                        bool
	name, first, last              string
	responsible, createdBy, editor int
	createdAt, updatedAt           int64
	deleted                        bool
	fields                         values
}

// note hangs on a lead, contact or company.
type note struct {
	id, entity           int
	kind                 string // entity's plural: leads, contacts, companies
	noteType             string
	params               object
	createdBy, editor    int
	createdAt, updatedAt int64
	pinned               bool
}

// task is something a user has to do until a time.
type task struct {
	id, entity, taskType           int
	kind                           string // entity's plural, empty without one
	text, result                   string
	till                           int64
	responsible, createdBy, editor int
	createdAt, updatedAt           int64
	completed                      bool
}

// event is an entry of the account's history.
type event struct {
	id, kind                      string // kind like lead_status_changed, the only one to use what follows createdAt
	entity, createdBy             int
	createdAt                     int64
	stageBefore, stageAfter       int
	pipelineBefore, pipelineAfter int
}

// exists reports whether the account has an undeleted lead, contact or company (by plural name) of this id.
func (w *world) exists(kind string, id int) bool {
	switch kind {
	case "leads":
		l := w.leads[id]
		return l != nil && !l.deleted
	case "contacts", "companies":
		c := w.contacts[id]
		return c != nil && !c.deleted && c.company == (kind == "companies")
	}
	return false
}

// leadsOf lists the ids of the leads a contact or company is linked to, in order.
func (w *world) leadsOf(id int) []int {
	var list []int
	for _, l := range w.leads {
		if !l.deleted && (slices.Contains(l.contacts, id) || slices.Contains(l.companies, id)) {
			list = append(list, l.id)
		}
	}
	slices.Sort(list)
	return list
}
