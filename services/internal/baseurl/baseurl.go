// Package baseurl reads the base URLs that a configuration names. The standard library takes almost any text for a URL,
// and what travels to these addresses are secrets and names.
package baseurl

import (
	"errors"
	"net"
	"net/url"
	"strings"
)

// Parse reads an absolute https URL to which a path is added: it has no user, query or fragment, and may have a path. Plain
// http is for a loopback host, and for any where plain is true. Errors say what the URL must be and never repeat it: it may
// hold a secret.
func Parse(raw string, plain bool) (*url.URL, error) {
	parsed, err := url.Parse(raw)
	switch {
	case err != nil || parsed.Hostname() == "":
		return nil, errors.New("must be an absolute URL such as https://sign.example.com")
	case parsed.User != nil:
		return nil, errors.New("must hold no user information")
	case strings.ContainsAny(raw, "?# "):
		return nil, errors.New("must hold no query, fragment or space")
	case parsed.Scheme == "https", parsed.Scheme == "http" && (plain || IsLoopback(parsed.Hostname())):
		return parsed, nil
	}
	return nil, errors.New("must be https, or http on a loopback host: secrets would travel in the clear")
}

// IsLoopback tells whether the host is this machine.
func IsLoopback(host string) bool {
	address := net.ParseIP(host)
	return host == "localhost" || address != nil && address.IsLoopback()
}
