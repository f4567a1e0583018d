package skribble

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/countersign/countersign/services/sim/pdfsign"
)

// post creates a request without a network.
func post(sim *Simulator, token, body string) (status int, id string) {
	w, r := httptest.NewRecorder(), httptest.NewRequest("POST", "/v2/signature-requests", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+token)
	sim.ServeHTTP(w, r)
	var made struct {
		ID string `json:"id"`
	}
	if w.Code == 200 && json.Unmarshal(w.Body.Bytes(), &made) != nil {
		return 500, ""
	}
	return w.Code, made.ID
}

// signAll signs whatever was accepted: what the API takes, a signer can sign.
func signAll(t *testing.T, sim *Simulator, id string) {
	for range sim.requests[id].Signatures {
		w := httptest.NewRecorder()
		sim.ServeHTTP(w, httptest.NewRequest("POST", "/_sim/requests/"+id+"/sign", nil))
		if w.Code != 200 {
			t.Fatalf("signing: %d %s", w.Code, w.Body)
		}
	}
}

func FuzzInspect(f *testing.F) {
	f.Add(plainPDF())
	f.Add(formPDF("buyer"))
	f.Add([]byte("%PDF-1.7 /Type /ObjStm >> stream\n startxref"))
	f.Add([]byte("%PDF-1.7 /Type /Pages /Count 999999 /MediaBox [0 0 -1 1e999] startxref"))
	f.Fuzz(func(t *testing.T, pdf []byte) {
		facts, err := inspect(pdf)
		if err == nil && (facts.pages < 1 || facts.width <= 0 || facts.height <= 0) {
			t.Errorf("facts %+v", facts)
		}
	})
}

func FuzzTextPDF(f *testing.F) {
	f.Add("Report", "plain (brackets) \\ and äöü, Ж")
	f.Add("", strings.Repeat("long ", 2000))
	f.Fuzz(func(t *testing.T, title, line string) {
		pdf := textPDF(title, []string{line, line})
		if _, err := pdfsign.Fields(pdf); err != nil {
			t.Errorf("not a PDF: %v", err)
		}
	})
}
