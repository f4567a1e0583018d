package kommo

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// Whatever Kommo answers, it is read or refused, and an error's text stays harmless.
func FuzzAnswers(f *testing.F) {
	f.Add([]byte(leadAnswer), 200)
	f.Add([]byte(contactAnswer), 400)
	f.Add([]byte(`{"custom_fields_values":[{"values":[{"value":{"file_uuid":"u"}},{"value":[1]},{"value":true,"enum":5}]}]}`), 429)
	f.Add([]byte(`{"retry_after":1e999,"validation-errors":[{"request_id":0,"errors":[{"code":"a b","path":"c\nd"}]}]}`), 400)
	f.Add([]byte(`{"retry_after":-1}`), 429)
	f.Fuzz(func(t *testing.T, body []byte, status int) {
		var lead leadJSON
		if json.Unmarshal(body, &lead) == nil {
			read := lead.lead()
			read.MainContact()
			newDeal(Account{}, read)
		}
		var contact contactJSON
		if json.Unmarshal(body, &contact) == nil {
			signer(contact.contact(), "LANGUAGE")
		}
		e := failure("Lead", status, http.Header{"Content-Type": {"application/problem+json"}}, body)
		if e.RetryAfter < 0 || e.RetryAfter > maxPause || e.Kind == RateLimited && e.RetryAfter == 0 || len(e.Violations) > maxShown {
			t.Errorf("%+v", e)
		}
		for _, v := range e.Violations {
			if printable(v.Code) != v.Code || printable(v.Path) != v.Path || strings.ContainsAny(e.Error(), "\n@") {
				t.Errorf("%v", e)
			}
		}
	})
}
