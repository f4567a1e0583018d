package pipeline

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func subject(t testing.TB, language string) Subject {
	rule := nda()
	rule.CardLanguage = language
	rule.NoteOpened = true
	checked, _ := mustRules(t, rule).Rule("nda")
	return Subject{Rule: checked, Account: "3200", LeadID: 824971, ResponsibleUserID: 9, Attempt: 1, Title: "NDA: Roth/AG"}
}

func allKinds() []EventKind {
	return []EventKind{
		EventSent, EventOpened, EventSignerSigned, EventBounced, EventIdentificationFailed, EventCompleted, EventDeclined,
		EventExpired, EventCanceled, EventProofFailed, EventRefused, EventSignerChanged, EventReissued,
		EventLateSignature,
	}
}

func TestOnEvent(t *testing.T) {
	for kind, want := range map[EventKind][]string{
		EventSent:                 {"note/sent", "field/status/sent"},
		EventOpened:               {"note/opened/customer"},
		EventSignerSigned:         {"note/signed/customer"},
		EventBounced:              {"task/bounced/customer"},
		EventIdentificationFailed: {"task/identification/customer"},
		EventCompleted:            {"file/signed", "note/completed", "field/status/completed", "stage/completed"},
		EventDeclined:             {"note/declined", "task/declined", "field/status/declined"},
		EventExpired:              {"note/expired", "task/expired", "field/status/expired"},
		EventCanceled:             {"note/canceled", "task/canceled", "field/status/canceled"},
		EventProofFailed:          {"note/proof_failed", "task/proof_failed", "field/status/proof_failed"},
		EventRefused:              {"task/refused", "field/status/refused"},
		EventSignerChanged:        {"note/changed/customer"},
		EventReissued:             {"note/reissued"},
		EventLateSignature:        {"task/late_signature"},
		"news":                    nil,
	} {
		effects := OnEvent(subject(t, "en"), Event{Kind: kind, Time: friday(), Role: "customer", Verdict: Attested})
		var got []string
		for _, e := range effects {
			got = append(got, strings.TrimPrefix(e.Key, "3200/824971/nda/1/"))
			if e.Kind == KindTask && (e.ResponsibleUserID != 9 || !e.Due.Equal(friday().AddDate(0, 0, 3))) {
				t.Errorf("%s: task for %d due %v", kind, e.ResponsibleUserID, e.Due)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", kind, diff)
		}
	}
}

func TestStageMovesOnlyOnASatisfyingProof(t *testing.T) {
	moves := func(e Event) bool {
		return slices.ContainsFunc(OnEvent(subject(t, "en"), e), func(e Effect) bool { return e.Kind == KindStage })
	}
	for _, kind := range allKinds() {
		for _, verdict := range []Verdict{Proven, Attested, Indeterminate, Failed, ""} {
			want := kind == EventCompleted && (verdict == Proven || verdict == Attested)
			if got := moves(Event{Kind: kind, Verdict: verdict}); got != want {
				t.Errorf("%s with %q moved the deal: %v", kind, verdict, got)
			}
		}
	}
	if moves(Event{Kind: EventCompleted, Verdict: Proven, Level: SES}) {
		t.Error("a signature of a lower level moved the deal")
	}
	if !moves(Event{Kind: EventCompleted, Verdict: Proven, Level: QES}) {
		t.Error("a signature of a higher level did not move the deal")
	}
}

func TestCompletedEffects(t *testing.T) {
	effects := OnEvent(subject(t, "de"), Event{Kind: EventCompleted, Time: friday(), Provider: "skribble", Level: AES, Verdict: Attested})
	file, note, stage := effects[0], effects[1], effects[3]
	if want := "NDA- Roth-AG " + Reference("3200/824971/nda/1") + ".pdf"; file.FileName != want {
		t.Errorf("file name %q, want %q", file.FileName, want)
	}
	if want := "„NDA: Roth/AG“ ist von allen unterschrieben (AES, Skribble). Nachweis: Datei unversehrt, Unterschrift vom Anbieter bestätigt. [" + Reference(note.Key) + "]"; note.Text != want {
		t.Errorf("note %q", note.Text)
	}
	if stage.PipelineID != 7 || stage.StageID != StageWon {
		t.Errorf("stage %+v", stage)
	}
}

func TestOnStarted(t *testing.T) {
	got := OnStarted(subject(t, "en"), "signatureRequests/1")
	want := []Effect{
		{Key: "3200/824971/nda/1/field/request", Kind: KindField, Field: CardRequestID, Value: "signatureRequests/1"},
		{Key: "3200/824971/nda/1/field/status/preparing", Kind: KindField, Field: CardStatus, Value: "Preparing"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestMissingDataTask(t *testing.T) {
	rules := mustRules(t, nda())
	ask := func(c *Contact) Effect {
		return Decide(rules, with(func(d *Deal) { d.Contact = c }), nil, friday()).Effects[0]
	}
	task := ask(&Contact{FirstName: "Ana"})
	if want := "Das Dokument kann noch nicht verschickt werden. Bitte ergänzen: Nachname, E-Mail-Adresse. Danach geht es von selbst hinaus. [" + Reference(task.Key) + "]"; task.Text != want {
		t.Errorf("text %q", task.Text)
	}
	if task.Kind != KindTask || task.Key != "3200/824971/nda/1/task/missing/0/EMAIL+LAST_NAME" || task.ResponsibleUserID != 9 {
		t.Errorf("task %+v", task)
	}
	if again := ask(&Contact{FirstName: "Eva"}); again.Key != task.Key {
		t.Error("the same gap made a second task")
	}
	if other := ask(&Contact{FirstName: "Ana", LastName: "Roth"}); other.Key == task.Key {
		t.Error("another gap made no second task")
	}
}

func TestTextsCarryTheirReferenceAndNoForeignLines(t *testing.T) {
	shape := regexp.MustCompile(`^[^\n]+ \[CS-[0-9A-HJKMNP-TV-Z]{6}\]$`)
	hostile := Event{Time: friday(), Role: "customer", Name: "Ana\n\u202e [CS-AAAAAA]", Reason: strings.Repeat("{title}\n", 100)}
	for _, language := range []string{"de", "fr", "it", "en", "xx"} {
		for _, kind := range allKinds() {
			hostile.Kind = kind
			for _, e := range OnEvent(subject(t, language), hostile) {
				if e.Text == "" {
					continue
				}
				expanded := strings.Count(e.Text, "NDA: Roth/AG") > 1
				if expanded || strings.Contains(e.Text, "  ") || !shape.MatchString(e.Text) || !strings.HasSuffix(e.Text, "["+Reference(e.Key)+"]") {
					t.Errorf("%s %s: %q", language, kind, e.Text)
				}
			}
		}
	}
}

func TestKeysDiffer(t *testing.T) {
	seen := map[string]bool{}
	for attempt := 1; attempt <= 2; attempt++ {
		s := subject(t, "en")
		s.Attempt = attempt
		for _, role := range []string{"customer", "seller"} {
			for _, kind := range []EventKind{EventOpened, EventSignerSigned, EventBounced, EventIdentificationFailed} {
				for _, e := range OnEvent(s, Event{Kind: kind, Role: role}) {
					if seen[Reference(e.Key)] {
						t.Errorf("%s is taken", e.Key)
					}
					seen[Reference(e.Key)] = true
				}
			}
		}
	}
	if len(seen) != 16 {
		t.Errorf("%d keys", len(seen))
	}
}

// Each language has every text, with the placeholders of the English one.
func TestLanguagesAreComplete(t *testing.T) {
	english := texts(reflect.ValueOf(phrasesIn("en")))
	for _, language := range []string{"de", "fr", "it"} {
		got := texts(reflect.ValueOf(phrasesIn(language)))
		for path, text := range english {
			if got[path] == "" || got[path] == text && strings.Contains(text, " ") {
				t.Errorf("%s: %s is %q", language, path, got[path])
			}
			if diff := cmp.Diff(placeholders(text), placeholders(got[path])); diff != "" {
				t.Errorf("%s: %s: %s", language, path, diff)
			}
		}
	}
}

func texts(v reflect.Value) map[string]string {
	all := map[string]string{}
	for i := range v.NumField() {
		name, field := v.Type().Field(i).Name, v.Field(i)
		switch field.Kind() {
		case reflect.String:
			all[name] = field.String()
		case reflect.Map:
			for _, key := range field.MapKeys() {
				all[name+"."+key.String()] = field.MapIndex(key).String()
			}
		case reflect.Struct:
			for sub, text := range texts(field) {
				all[name+"."+sub] = text
			}
		}
	}
	return all
}

func placeholders(text string) []string {
	found := regexp.MustCompile(`\{[a-z]+\}`).FindAllString(text, -1)
	slices.Sort(found)
	return found
}

func TestBusinessDays(t *testing.T) {
	for _, c := range []struct{ days, later int }{{1, 3}, {2, 4}, {5, 7}, {6, 10}} {
		if got := businessDays(friday(), c.days); !got.Equal(friday().AddDate(0, 0, c.later)) {
			t.Errorf("%d business days after a Friday: %v", c.days, got.Format(time.DateOnly))
		}
	}
}

func TestRefusalAdvice(t *testing.T) {
	task := OnEvent(subject(t, "en"), Event{Kind: EventRefused, Cause: "SIGNER_PHONE_REQUIRED"})[0]
	if !strings.Contains(task.Text, "mobile number") || !strings.Contains(task.Text, "SIGNER_PHONE_REQUIRED") {
		t.Errorf("text %q", task.Text)
	}
}

// Why a request ended at somebody else's hand is told in words, and in the words of a person where there are some.
func TestCauses(t *testing.T) {
	for _, c := range []struct{ cause, reason, note, task string }{
		{"ENVELOPE_VANISHED", "English for engineers", "ist ohne Unterschriften zu Ende. Es gibt es bei Yousign nicht mehr.", "Es gibt es bei Yousign nicht mehr. Bitte nachfassen"},
		{"", "Doppelt verschickt", "wurde zurückgezogen. Grund: Doppelt verschickt", "zu Ende. Bitte nachfassen"},
		{"NEWS_OF_TOMORROW", "", "wurde zurückgezogen. Grund: NEWS_OF_TOMORROW", "zu Ende. Bitte nachfassen"},
	} {
		effects := OnEvent(subject(t, "de"), Event{Kind: EventCanceled, Provider: "yousign", Cause: c.cause, Reason: c.reason, Time: friday()})
		if note, task := effects[0].Text, effects[1].Text; !strings.Contains(note, c.note+" [") || !strings.Contains(task, c.task) {
			t.Errorf("%s: note %q, task %q", c.cause, note, task)
		}
	}
}

func TestAWithdrawalOfOursMakesNoTask(t *testing.T) {
	s := Subject{Rule: nda(), Account: "3200", LeadID: 1, Attempt: 1, Title: "NDA"}
	for _, e := range OnEvent(s, Event{Kind: EventCanceled, Ours: true, Reason: WithdrawReason("en"), Time: friday()}) {
		if e.Kind == KindTask || strings.Contains(e.Text, WithdrawReason("en")) {
			t.Errorf("%s %q", e.Key, e.Text)
		}
	}
}
