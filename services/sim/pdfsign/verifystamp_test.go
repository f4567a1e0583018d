package pdfsign

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"math/big"
	"time"
)

// verifyStamp checks a timestamp over a signature and returns its time and signer.
func verifyStamp(token, signature []byte, c checks) (time.Time, *x509.Certificate, error) {
	var envelope cmsEnvelope
	if _, err := asn1.Unmarshal(token, &envelope); err != nil {
		return time.Time{}, nil, err
	}
	var octets []byte
	if _, err := asn1.Unmarshal(envelope.Content.Content.Content.Bytes, &octets); err != nil {
		return time.Time{}, nil, err
	}
	one, _, err := verifySigned(envelope, octets, c)
	if err != nil {
		return time.Time{}, nil, err
	}
	if use := one.signer.ExtKeyUsage; len(use) != 1 || use[0] != x509.ExtKeyUsageTimeStamping {
		return time.Time{}, nil, errors.New("the timestamp is not by a timestamp unit")
	}
	var info struct {
		Version int
		Policy  asn1.ObjectIdentifier
		Imprint struct {
			Algorithm pkix.AlgorithmIdentifier
			Hash      []byte
		}
		Serial *big.Int
		Time   time.Time
		Rest   asn1.RawValue `asn1:"optional"`
	}
	if _, err := asn1.Unmarshal(octets, &info); err != nil {
		return time.Time{}, nil, err
	}
	if want := sha256.Sum256(signature); !bytes.Equal(info.Imprint.Hash, want[:]) {
		return time.Time{}, nil, errors.New("the timestamp is of another signature")
	}
	return info.Time, one.signer, nil
}
