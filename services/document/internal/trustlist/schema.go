package trustlist

import "encoding/xml"

// The parts of TS 119 612's schema that are used. Names are matched without their namespace but for the root: what is read
// here is signed by the state.
type (
	xmlList struct {
		XMLName   xml.Name      `xml:"http://uri.etsi.org/02231/v2# TrustServiceStatusList"`
		Scheme    xmlScheme     `xml:"SchemeInformation"`
		Providers []xmlProvider `xml:"TrustServiceProviderList>TrustServiceProvider"`
	}
	xmlScheme struct {
		Version    int          `xml:"TSLVersionIdentifier"`
		Sequence   int          `xml:"TSLSequenceNumber"`
		Type       string       `xml:"TSLType"`
		Territory  string       `xml:"SchemeTerritory"`
		Issued     string       `xml:"ListIssueDateTime"`
		NextUpdate string       `xml:"NextUpdate>dateTime"`
		Pointers   []xmlPointer `xml:"PointersToOtherTSL>OtherTSLPointer"`
	}
	xmlPointer struct {
		Certificates []string `xml:"ServiceDigitalIdentities>ServiceDigitalIdentity>DigitalId>X509Certificate"`
		Information  []struct {
			Type      string `xml:"TSLType"`
			Territory string `xml:"SchemeTerritory"`
			MimeType  string `xml:"MimeType"`
		} `xml:"AdditionalInformation>OtherInformation"`
	}
	xmlProvider struct {
		Services []xmlService `xml:"TSPServices>TSPService"`
	}
	xmlService struct {
		Current xmlPeriod   `xml:"ServiceInformation"`
		History []xmlPeriod `xml:"ServiceHistory>ServiceHistoryInstance"`
	}
	xmlPeriod struct {
		Type         string         `xml:"ServiceTypeIdentifier"`
		Certificates []string       `xml:"ServiceDigitalIdentity>DigitalId>X509Certificate"`
		Status       string         `xml:"ServiceStatus"`
		Start        string         `xml:"StatusStartingTime"`
		Extensions   []xmlExtension `xml:"ServiceInformationExtensions>Extension"`
	}
	// xmlExtension reads every element it does not know into Other.
	xmlExtension struct {
		Critical   string             `xml:"Critical,attr"`
		Additional []xmlURI           `xml:"AdditionalServiceInformation"`
		Qualified  []xmlQualification `xml:"Qualifications"`
		TakenOver  []struct{}         `xml:"TakenOverBy"`
		Expired    []struct{}         `xml:"ExpiredCertsRevocationInfo"`
		Other      []struct{}         `xml:",any"`
	}
	xmlURI struct {
		URI string `xml:"URI"`
	}
	xmlQualification struct {
		Elements []struct {
			Qualifiers []struct {
				URI string `xml:"uri,attr"`
			} `xml:"Qualifiers>Qualifier"`
			Criteria *xmlCriteria `xml:"CriteriaList"`
		} `xml:"QualificationElement"`
	}
	// xmlCriteria reads every element it does not know into Other.
	xmlCriteria struct {
		Assert    string         `xml:"assert,attr"`
		KeyUsages []xmlKeyUsage  `xml:"KeyUsage"`
		Policies  []xmlPolicySet `xml:"PolicySet"`
		Nested    []xmlCriteria  `xml:"CriteriaList"`
		Text      []string       `xml:"Description"`
		Other     []struct{}     `xml:",any"`
	}
	xmlKeyUsage struct {
		Bits []struct {
			Name  string `xml:"name,attr"`
			Value string `xml:",chardata"`
		} `xml:"KeyUsageBit"`
	}
	xmlPolicySet struct {
		Identifiers []string `xml:"PolicyIdentifier>Identifier"`
	}
)
