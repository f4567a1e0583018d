package cms

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/asn1"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/countersign/countersign/services/sim/pki"
)

// Size leaves room for the largest names a certificate can carry, and little more.
func TestSize(t *testing.T) {
	authority, err := pki.Open("")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	for _, name := range []string{"X", strings.Repeat("\U0001F58B", 128)} {
		person, err1 := authority.Person(pki.Person{FirstName: name, LastName: name}, "QES", now)
		unit, err2 := authority.TimestampUnit(now)
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		for _, stamp := range []*Stamp{nil, {Identity: unit, Time: now}} {
			signature, err := Sign(sha256.Sum256(nil), person, stamp)
			if err != nil {
				t.Fatal(err)
			}
			if room := Size(person, stamp); len(signature) > room || len(signature) < room/3 {
				t.Errorf("%d bytes in a room of %d", len(signature), room)
			}
			var whole asn1.RawValue
			if rest, err := asn1.Unmarshal(signature, &whole); err != nil || len(rest) > 0 {
				t.Errorf("it is not one element: %v", err)
			}
		}
	}
}

func TestSignRefusesOtherKeys(t *testing.T) {
	authority, err := pki.Open("")
	if err != nil {
		t.Fatal(err)
	}
	seal, err := authority.Seal("Ledger AG", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if _, seal.Key, err = ed25519.GenerateKey(rand.Reader); err != nil {
		t.Fatal(err)
	}
	if _, err := Sign(sha256.Sum256(nil), seal, nil); err == nil {
		t.Error("it signed")
	}
}
