package skribble

import (
	"net/http"
	"strings"
)

func (s *Simulator) vendorRoutes() *http.ServeMux {
	mux := http.NewServeMux()
	for pattern, h := range s.tokenRoutes() {
		mux.HandleFunc(pattern, s.serve(h, true))
	}
	for pattern, h := range s.openRoutes() {
		mux.HandleFunc(pattern, s.serve(h, false))
	}
	return mux
}

// tokenRoutes are for API users.
func (s *Simulator) tokenRoutes() map[string]handler {
	return map[string]handler{
		"POST /v2/signature-requests":                               s.createRequest,
		"GET /v2/signature-requests":                                s.listRequests,
		"PUT /v2/signature-requests":                                s.updateRequest,
		"GET /v2/signature-requests/{id}":                           s.readRequest,
		"DELETE /v2/signature-requests/{id}":                        s.deleteRequest,
		"POST /v2/signature-requests/{id}/withdraw":                 s.withdrawRequest,
		"POST /v2/signature-requests/{id}/remind":                   s.remindRequest,
		"POST /v2/signature-requests/{id}/signatures":               s.addSigner,
		"DELETE /v2/signature-requests/{id}/signatures/{sid}":       s.removeSigner,
		"GET /v2/signature-requests/{id}/callbacks":                 s.listCallbacks,
		"GET /v2/signature-requests/{id}/report":                    s.requestReport,
		"POST /v2/signature-requests/{id}/attachments":              s.createAttachment,
		"GET /v2/signature-requests/{id}/attachments/{aid}/content": s.attachmentContent,
		"DELETE /v2/signature-requests/{id}/attachments/{aid}":      s.deleteAttachment,
		"POST /v2/documents":                                        s.createDocument,
		"GET /v2/documents":                                         s.listDocuments,
		"GET /v2/documents/{id}":                                    s.showDocument,
		"GET /v2/documents/{id}/content":                            s.documentContent,
		"GET /v2/documents/{id}/pages/{page}":                       s.documentPage,
		"DELETE /v2/documents/{id}":                                 s.deleteDocument,
		"GET /v2/user/signature-qualities":                          s.signatureQualities,
	}
}

// openRoutes are for everybody.
func (s *Simulator) openRoutes() map[string]handler {
	return map[string]handler{
		"POST /v2/access/login":            s.login,
		"GET /v2/management/health":        s.health,
		"GET /management/health":           s.health,
		"GET /view/{id}":                   s.viewPage,
		"GET /view/{id}/{signer}":          s.viewPage,
		"POST /view/{id}/{signer}/sign":    s.pageSign,
		"POST /view/{id}/{signer}/decline": s.pageDecline,
		"/":                                s.noRoute,
	}
}

func (s *Simulator) noRoute(*call) (answer, error) {
	return answer{}, notFound("Resource")
}

func (s *Simulator) health(*call) (answer, error) {
	return jsonAnswer(map[string]any{"status": "UP", "groups": []string{"liveness", "readiness"}})
}

// signatureQualities tells which quality an account holder would sign with, in the vendor's newer shape.
func (s *Simulator) signatureQualities(c *call) (answer, error) {
	user := c.r.URL.Query().Get("username")
	if _, ok := s.accounts[strings.ToLower(user)]; !ok {
		return answer{}, notFound("User")
	}
	type entry struct {
		Quality     string `json:"quality"`
		Provider    string `json:"provider"`
		Legislation string `json:"legislation"`
	}
	qualified := map[string]entry{"zertes": {"QES", "AIS", "ZERTES"}, "eidas": {"QES", "AIS", "EIDAS"}}
	return jsonAnswer(map[string]map[string]entry{
		"qes":         qualified,
		"aes_minimal": qualified,
		"aes":         {"any": {"AES", "GLOBALSIGN", "EIDAS"}},
		"ses":         {"any": {"SES", "SKRIBBLE_SES", "ZERTES"}},
		"demo":        {"any": {"DEMO", "SELFSIGNED", "UNDEFINED"}},
	})
}
