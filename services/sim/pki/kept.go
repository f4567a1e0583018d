package pki

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

const (
	keptName  = "authority.pem"
	keptLimit = 64 << 10 // five certificates and keys take about 5 KiB
)

// openKept reads the authority of dir. It makes one when there is none; when another process makes one at the same
// moment, both end up with the file that was there first.
func openKept(dir string, now time.Time) (*Authority, error) {
	path := filepath.Join(dir, keptName)
	a, err := load(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return a, err
	}
	if a, err = found(now); err != nil {
		return nil, err
	}
	if err = save(path, a); errors.Is(err, fs.ErrExist) {
		return load(path)
	}
	if err != nil {
		return nil, fmt.Errorf("keeping the authority: %w", err)
	}
	return a, nil
}

// save writes a completely or not at all, and never over another authority.
func save(path string, a *Authority) error {
	text, err := encode(a)
	if err != nil {
		return err
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	draft, err := os.CreateTemp(dir, keptName+".*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(draft.Name()) }()
	_, err = draft.Write(text)
	if err = errors.Join(err, draft.Sync(), draft.Close()); err != nil {
		return err
	}
	return os.Link(draft.Name(), path)
}

// encode writes each authority as a certificate and a key block under a header that says what it is for.
func encode(a *Authority) ([]byte, error) {
	var text bytes.Buffer
	for _, p := range []purpose{purposeRoot, purposeAES, purposeQES, purposeSeal, purposeTimestamp} {
		one := a.issuers[p]
		if p == purposeRoot {
			one = a.root
		}
		key, err := x509.MarshalPKCS8PrivateKey(one.key)
		if err != nil {
			return nil, err
		}
		headers := map[string]string{"Purpose": string(p)}
		for _, block := range []*pem.Block{
			{Type: "CERTIFICATE", Headers: headers, Bytes: one.certificate.Raw},
			{Type: "PRIVATE KEY", Headers: headers, Bytes: key},
		} {
			if err := pem.Encode(&text, block); err != nil {
				return nil, err
			}
		}
	}
	return text.Bytes(), nil
}

func load(path string) (*Authority, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Size() > keptLimit {
		return nil, errors.New("the kept authority is damaged: too large")
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	a, err := decode(text)
	if err != nil {
		return nil, fmt.Errorf("the kept authority is damaged: %w", err)
	}
	return a, nil
}

// decode reads what encode wrote and checks that it still fits together.
func decode(text []byte) (*Authority, error) {
	kept := map[purpose]*issuer{}
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		p := purpose(block.Headers["Purpose"])
		if kept[p] == nil {
			kept[p] = &issuer{}
		}
		if err := kept[p].read(block); err != nil {
			return nil, err
		}
	}
	a := &Authority{root: kept[purposeRoot], issuers: map[purpose]*issuer{}}
	if err := a.root.check(a.root); err != nil {
		return nil, err
	}
	for p := range issuing() {
		a.issuers[p] = kept[p]
		if err := kept[p].check(a.root); err != nil {
			return nil, err
		}
	}
	return a, nil
}

func (i *issuer) read(block *pem.Block) error {
	switch block.Type {
	case "CERTIFICATE":
		certificate, err := x509.ParseCertificate(block.Bytes)
		i.certificate = certificate
		return err
	case "PRIVATE KEY":
		key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if err != nil {
			return err
		}
		curve, ok := key.(*ecdsa.PrivateKey)
		if !ok {
			return errors.New("a key is of another kind")
		}
		i.key = curve
		return nil
	}
	return errors.New("a block is of another kind")
}

// check reports whether the issuer is complete, its key is that of its certificate, and root signed it.
func (i *issuer) check(root *issuer) error {
	if i == nil || i.certificate == nil || i.key == nil {
		return errors.New("a certificate or key is missing")
	}
	if !i.key.PublicKey.Equal(i.certificate.PublicKey) {
		return errors.New("a key does not belong to its certificate")
	}
	return i.certificate.CheckSignatureFrom(root.certificate)
}
