package kommo

import (
	"errors"
	"fmt"
	"slices"
)

// Seed is the account before anybody worked in it. A Seed without an account id stands for DefaultSeed with the given
// Subscriptions and StageHooks.
type Seed struct {
	Account       Account
	Users         []User // the first one, an administrator, is who tokens act for
	Pipelines     []Pipeline
	LeadFields    []Field
	ContactFields []Field // companies share them
	Subscriptions []Subscription
	StageHooks    []StageHook
}

// Account is what a Kommo account says of itself.
type Account struct {
	ID        int
	Name      string
	Subdomain string
	Country   string // ISO 3166-1 alpha-2
	Currency  string // ISO 4217
	Language  string // two letters
}

// User is somebody who works in the account.
type User struct {
	ID    int
	Name  string
	Email string
}

// Pipeline is a row of stages. Its closing stages Won and Lost (142 and 143) need not be listed.
type Pipeline struct {
	ID     int
	Name   string
	Main   bool
	Stages []Stage
}

// Stage is a column of a pipeline. Type 1 marks the one for incoming leads.
type Stage struct {
	ID   int
	Name string
	Type int
}

// The stages every pipeline ends in, with the same ids in all of them.
const (
	StageWon  = 142
	StageLost = 143
)

// Subscription asks for account webhooks from the start, as an administrator would have set them up.
type Subscription struct {
	Destination string   // absolute URL
	Settings    []string // like "status_lead"
}

// StageHook is the action "Send webhook" of a stage in the Digital Pipeline: it fires when a lead enters the stage.
type StageHook struct {
	Pipeline, Stage int
	Destination     string // absolute URL
}

// Ids of DefaultSeed.
const (
	DefaultAccountID     = 32720107
	DefaultUserID        = 11087123 // Sara Seller, administrator
	DefaultSecondUserID  = 11087124 // Max Manager
	DefaultPipelineID    = 8572511  // Sales
	StageIncoming        = 67548603 // Incoming leads
	StageNew             = 67548607 // New
	StageSendSkribble    = 67548611 // Send contract (Skribble)
	StageSendYousign     = 67548615 // Send contract (Yousign)
	StageSigned          = 67548619 // Signed
	FieldSignRequestID   = 1246483  // lead, text, code SIGN_REQUEST_ID
	FieldContractType    = 1246489  // lead, select
	FieldStartDate       = 1246491  // lead, date
	FieldAnnualFee       = 1246493  // lead, numeric
	FieldSpecialTerms    = 1246495  // lead, textarea
	FieldContactPosition = 771904   // contact, text, code POSITION
	FieldContactPhone    = 771906   // contact, multitext, code PHONE
	FieldContactEmail    = 771908   // contact, multitext, code EMAIL
	FieldContactLanguage = 791730   // contact, radiobutton
)

// DefaultSeed is the account "acme" with one pipeline "Sales"; its ids are the constants above.
func DefaultSeed() Seed {
	return Seed{
		Account: Account{
			ID: DefaultAccountID, Name: "Acme AG", Subdomain: "acme", Country: "CH", Currency: "CHF", Language: "en",
		},
		Users: []User{
			{ID: DefaultUserID, Name: "Sara Seller", Email: "sara@acme.example"},
			{ID: DefaultSecondUserID, Name: "Max Manager", Email: "max@acme.example"},
		},
		Pipelines: []Pipeline{{
			ID: DefaultPipelineID, Name: "Sales", Main: true,
			Stages: []Stage{
				{ID: StageIncoming, Name: "Incoming leads", Type: 1},
				{ID: StageNew, Name: "New"},
				{ID: StageSendSkribble, Name: "Send contract (Skribble)"},
				{ID: StageSendYousign, Name: "Send contract (Yousign)"},
				{ID: StageSigned, Name: "Signed"},
			},
		}},
		LeadFields:    defaultLeadFields(),
		ContactFields: defaultContactFields(),
	}
}

func defaultLeadFields() []Field {
	return []Field{
		{ID: FieldSignRequestID, Name: "Signature request", Code: "SIGN_REQUEST_ID", Type: "text", APIOnly: true},
		{ID: FieldContractType, Name: "Contract type", Type: "select", Enums: []Enum{
			{ID: 908105, Value: "NDA"}, {ID: 908107, Value: "Employment"}, {ID: 908109, Value: "Service agreement"},
		}},
		{ID: FieldStartDate, Name: "Start date", Type: "date"},
		{ID: FieldAnnualFee, Name: "Annual fee", Type: "numeric"},
		{ID: FieldSpecialTerms, Name: "Special terms", Type: "textarea"},
	}
}

func defaultContactFields() []Field {
	return []Field{
		{ID: FieldContactPosition, Name: "Position", Code: "POSITION", Type: "text"},
		{ID: FieldContactPhone, Name: "Phone", Code: "PHONE", Type: "multitext", Enums: multitext(552476,
			"WORK", "WORKDD", "MOB", "FAX", "HOME", "OTHER")},
		{ID: FieldContactEmail, Name: "Email", Code: "EMAIL", Type: "multitext", Enums: multitext(552488,
			"WORK", "PRIV", "OTHER")},
		{ID: FieldContactLanguage, Name: "Language", Type: "radiobutton", Enums: []Enum{
			{ID: 566641, Value: "English"}, {ID: 566642, Value: "Deutsch"}, {ID: 566643, Value: "Français"},
		}},
	}
}

// multitext numbers the kinds of a phone or e-mail field from first on, in steps of two.
func multitext(first int, codes ...string) []Enum {
	var enums []Enum
	for i, code := range codes {
		enums = append(enums, Enum{ID: first + 2*i, Value: code, Code: code})
	}
	return enums
}

func (s Seed) check() error {
	if len(s.Users) == 0 {
		return errors.New("kommo simulator: a seed needs a user")
	}
	if len(s.Pipelines) == 0 || slices.ContainsFunc(s.Pipelines, func(p Pipeline) bool { return len(p.Stages) == 0 }) {
		return errors.New("kommo simulator: a seed needs a pipeline, and each pipeline a stage")
	}
	for _, hook := range s.StageHooks {
		if !isHTTP(hook.Destination) {
			return errors.New("kommo simulator: a stage hook's destination is not an http URL")
		}
	}
	for _, sub := range s.Subscriptions {
		if v := checkSubscription(sub.Destination, sub.Settings); v != nil {
			return fmt.Errorf("kommo simulator: seeded subscription: %s: %s", v.Path, v.Detail)
		}
	}
	return nil
}
