package yousign

import (
	"html/template"
	"net/http"
)

// linkPath precedes the secret of a signature link. The vendor's pages are its own; these only let a person
// play the signer.
const linkPath = "/_sim/links/"

// owner finds the signer behind a link. Links work for 48 hours and while the request is open.
func (s *Simulator) owner(token string) (*request, *signer) {
	for _, r := range s.requests {
		for _, x := range r.signers {
			if token != "" && x.token == token {
				return r, x
			}
		}
	}
	return nil, nil
}

// visit answers GET on a link: it opens it and shows what can be done.
func (s *Simulator) visit(page *template.Template) http.HandlerFunc {
	return func(w http.ResponseWriter, q *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		now := s.settle()
		r, x := s.owner(q.PathValue("token"))
		status, note := http.StatusOK, ""
		switch {
		case r == nil:
			http.NotFound(w, q)
			return
		case x.linkUntil.Before(now):
			status, note = http.StatusGone, "This link has expired."
		default:
			if err := s.open(r, x); err != nil {
				note = "Nothing to sign: " + err.Error() + "."
			}
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'")
		w.WriteHeader(status)
		_ = page.Execute(w, map[string]any{ // the visitor may have gone
			"Note": note, "Name": r.Name, "Signer": x.Info.FirstName + " " + x.Info.LastName,
			"Path": linkPath + x.token, "Decline": r.AllowDecline,
		})
	}
}

// act answers the buttons of the page.
func (s *Simulator) act(w http.ResponseWriter, q *http.Request) {
	q.Body = http.MaxBytesReader(w, q.Body, maxJSON)
	verb, reason := q.PathValue("verb"), q.FormValue("reason")
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.settle()
	r, x := s.owner(q.PathValue("token"))
	if r == nil || x.linkUntil.Before(now) || verb != "sign" && verb != "decline" {
		http.NotFound(w, q)
		return
	}
	err := error(nil)
	next := x.RedirectURLs.Success
	if verb == "sign" {
		err = s.sign(r, x, now)
	} else {
		err, next = s.refuse(r, x, reason), x.RedirectURLs.Decline
	}
	switch {
	case err != nil:
		http.Error(w, err.Error(), http.StatusConflict)
	case next != nil:
		http.Redirect(w, q, *next, http.StatusSeeOther)
	default:
		http.Redirect(w, q, linkPath+x.token, http.StatusSeeOther)
	}
}

func linkPage() *template.Template {
	return template.Must(template.New("link").Parse(`<!doctype html>
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Yousign simulator</title>
<style>body{font:16px/1.5 sans-serif;max-width:32em;margin:4em auto;padding:0 1em}button{font:inherit;padding:.4em 1em}</style>
<h1>{{.Name}}</h1>
<p>You are {{.Signer}}. This is a simulator: a signature made here has no legal value.</p>
{{if .Note}}<p>{{.Note}}</p>{{else}}
<form method="post" action="{{.Path}}/sign"><button>Sign</button></form>
{{if .Decline}}<form method="post" action="{{.Path}}/decline"><p><label>Reason <input name="reason" maxlength="500"></label> <button>Decline</button></form>{{end}}
{{end}}`))
}
