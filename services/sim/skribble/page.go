package skribble

import (
	"bytes"
	"html/template"
	"net/http"
	"net/url"
	"strings"
)

// signPage is the whole of the signer's web application. A guest's page has the two buttons; the page for account
// holders lists them, one form each, because nobody logs in here.
const signPage = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{{.Request.Title}}</title>
<style>body{font:16px sans-serif;max-width:40em;margin:3em auto;padding:0 1em}form{display:inline}</style>
<h1>{{.Request.Title}}</h1>
<p>Simulated signing page. Nothing signed here has legal value.</p>
{{with .Request.Message}}<p>{{.}}</p>{{end}}
<p>{{.Request.Quality}}, {{.Request.Legislation}}: {{.Request.Status}}</p>
{{range .Signatures}}<section><h2>{{.Name}}</h2><p>{{.Status}}</p>
{{if .Open}}<form method="post" action="{{.Action}}/sign?{{$.Query}}"><button>Sign</button></form>
<form method="post" action="{{.Action}}/decline?{{$.Query}}"><input name="message" placeholder="Reason">
<button>Decline</button></form>{{end}}</section>
{{end}}</html>
`

type pageSignature struct {
	Name, Status, Action string
	Open                 bool
}

// linked finds the request and, where the link names one, the signer: a guest's id or an account's address.
func (s *Simulator) linked(c *call) (*signatureRequest, *signature, error) {
	r := s.requests[c.r.PathValue("id")]
	if r == nil {
		return nil, nil, notFound("SignatureRequest")
	}
	signer := c.r.PathValue("signer")
	if signer == "" {
		return r, nil, nil
	}
	for _, g := range r.Signatures {
		if g.Account == signer {
			return r, g, nil
		}
	}
	return nil, nil, notFound("Signature")
}

func (s *Simulator) viewPage(c *call) (answer, error) {
	r, only, err := s.linked(c)
	if err != nil {
		return answer{}, err
	}
	if only != nil {
		s.view(r, only)
	}
	list := []pageSignature{}
	for _, g := range r.Signatures {
		// The general link is for account holders; a guest has a link of their own.
		if (only == nil && !g.guest()) || g == only {
			list = append(list, pageSignature{
				Name: g.fullName(s.accounts), Status: g.Status, Action: "/view/" + r.ID + "/" + url.PathEscape(g.Account),
				Open: r.Status == statusOpen && g.Status == statusOpen,
			})
		}
	}
	page, err := template.New("").Parse(signPage)
	if err != nil {
		return answer{}, err
	}
	var out bytes.Buffer
	err = page.Execute(&out, map[string]any{"Request": r, "Signatures": list, "Query": c.r.URL.Query().Encode()})
	return answer{status: http.StatusOK, contentType: "text/html;charset=UTF-8", body: out.Bytes()}, err
}

func (s *Simulator) pageSign(c *call) (answer, error) {
	r, g, err := s.linked(c)
	if err != nil {
		return answer{}, err
	}
	if err := s.sign(r, g, ""); err != nil {
		return answer{}, err
	}
	return leave(c, "exitURL"), nil
}

func (s *Simulator) pageDecline(c *call) (answer, error) {
	r, g, err := s.linked(c)
	if err != nil {
		return answer{}, err
	}
	form, err := url.ParseQuery(string(c.body))
	if err != nil {
		return answer{}, malformed()
	}
	if err := s.decline(r, g, form.Get("message")); err != nil {
		return answer{}, err
	}
	return leave(c, "declineURL"), nil
}

// leave sends the browser to the link's exit, or back to the page. declineURL counts only beside an exitURL, which is
// also its default.
func leave(c *call, name string) answer {
	query := c.r.URL.Query()
	to := query.Get(name)
	if exit := query.Get("exitURL"); to == "" || exit == "" {
		to = exit
	}
	u, err := url.Parse(to)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" {
		to = c.r.URL.EscapedPath()
		to = to[:strings.LastIndexByte(to, '/')]
	}
	return answer{status: http.StatusSeeOther, location: to}
}
