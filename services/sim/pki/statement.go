package pki

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
)

// statement is one QCStatement of RFC 3739; the statements used here are those of EN 319 412-5.
type statement struct {
	ID   asn1.ObjectIdentifier
	Info []asn1.ObjectIdentifier `asn1:"optional"`
}

// The last arc of the certificate types below id-etsi-qcs-QcType.
const (
	typeESign = 1
	typeESeal = 2
)

// qcCompliance claims that the certificate is a qualified one under the eIDAS regulation.
func qcCompliance() statement {
	return statement{ID: asn1.ObjectIdentifier{0, 4, 0, 1862, 1, 1}}
}

// qcSSCD claims that the key lives in a qualified signature creation device.
func qcSSCD() statement {
	return statement{ID: asn1.ObjectIdentifier{0, 4, 0, 1862, 1, 4}}
}

// qcType claims what the certificate is for.
func qcType(kind int) statement {
	id := asn1.ObjectIdentifier{0, 4, 0, 1862, 1, 6}
	return statement{ID: id, Info: []asn1.ObjectIdentifier{append(id[:len(id):len(id)], kind)}}
}

func qcStatements(statements ...statement) (pkix.Extension, error) {
	value, err := asn1.Marshal(statements)
	if err != nil {
		return pkix.Extension{}, fmt.Errorf("encoding the qualified certificate statements: %w", err)
	}
	return pkix.Extension{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 3}, Value: value}, nil
}
