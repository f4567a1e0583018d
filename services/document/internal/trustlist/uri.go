package trustlist

import (
	"strings"
	"time"
)

// Identifiers of TS 119 612, 5.3.3, 5.5.1, 5.5.4 and 5.5.9.
const (
	typeListOfLists = "http://uri.etsi.org/TrstSvc/TrustedList/TSLType/EUlistofthelists"
	typeGeneric     = "http://uri.etsi.org/TrstSvc/TrustedList/TSLType/EUgeneric"
	mimeTypeList    = "application/vnd.etsi.tsl+xml"

	servicePrefix    = "http://uri.etsi.org/TrstSvc/Svctype/"
	serviceCA        = servicePrefix + "CA/QC"
	serviceTimestamp = servicePrefix + "TSA/QTST"

	statusPrefix  = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/"
	statusGranted = "granted"

	extensionPrefix = "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/"
	forSignatures   = extensionPrefix + "ForeSignatures"
)

// regulated is when Regulation (EU) No 910/2014 began to apply: before it "granted" had other names, and services did not
// say whether they were for signatures or for seals.
func regulated() time.Time { return time.Date(2016, time.July, 1, 0, 0, 0, 0, time.UTC) }

// granted says whether a status counts as granted at a time (TS 119 615, 4.4 and annex B).
func granted(status string, at time.Time) bool {
	word, known := strings.CutPrefix(status, statusPrefix)
	switch {
	case !known:
		return false
	case word == statusGranted:
		return true
	case word == "undersupervision", word == "accredited", word == "supervisionincessation":
		return at.Before(regulated())
	}
	return false
}

// statusWord is the status for people; it quotes nothing but the standard.
func statusWord(status string) string {
	switch word := strings.TrimPrefix(status, statusPrefix); word {
	case statusGranted, "withdrawn", "undersupervision", "supervisionincessation", "supervisionceased",
		"supervisionrevoked", "accredited", "accreditationceased", "accreditationrevoked":
		return word
	}
	return "with another status"
}
