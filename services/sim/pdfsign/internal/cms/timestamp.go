package cms

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/big"
	"time"
)

const tokenSerialBits = 64

// tstInfo is TSTInfo of RFC 3161.
type tstInfo struct {
	Version  int
	Policy   asn1.ObjectIdentifier
	Imprint  imprint
	Serial   *big.Int
	Time     time.Time `asn1:"generalized"`
	Accuracy accuracy
}

type imprint struct {
	Algorithm pkix.AlgorithmIdentifier
	Hash      []byte
}

type accuracy struct {
	Seconds int
}

// timestamp returns a TimeStampToken over a SHA-256 digest.
func timestamp(digest [sha256.Size]byte, stamp *Stamp) ([]byte, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), tokenSerialBits))
	if err != nil {
		return nil, fmt.Errorf("drawing a serial number: %w", err)
	}
	info, err := asn1.Marshal(tstInfo{
		Version:  1,
		Policy:   asn1.ObjectIdentifier{0, 4, 0, 2023, 1, 1}, // best-practices-ts-policy of EN 319 421
		Imprint:  imprint{Algorithm: sha256Algorithm(), Hash: digest[:]},
		Serial:   serial,
		Time:     stamp.Time.UTC().Truncate(time.Second),
		Accuracy: accuracy{Seconds: 1},
	})
	if err != nil {
		return nil, fmt.Errorf("encoding a timestamp: %w", err)
	}
	octets, err := asn1.Marshal(info)
	if err != nil {
		return nil, fmt.Errorf("encoding a timestamp: %w", err)
	}
	content := encapsulated{Type: pkcs(9, 16, 1, 4), Content: explicit(octets)}
	signer, err := sign(content.Type, sha256.Sum256(info), stamp.Identity)
	if err != nil {
		return nil, err
	}
	return envelop(signedData{Version: 3, Content: content, Signers: []signerInfo{signer}}, stamp.Identity)
}
