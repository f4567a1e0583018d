package trustlist

// Error is a file that cannot be used, and why. It quotes nothing from the file.
type Error struct {
	// File is the name in the folder.
	File string
	// Reason is a sentence for people.
	Reason string
}

// Error names the file and the reason.
func (e Error) Error() string { return e.File + ": " + e.Reason }

// reason is why a file is not used, before it is known which.
type reason string

func (r reason) Error() string { return string(r) }

const (
	errTooLarge   reason = "it is larger or more complex than a trusted list may be"
	errMalformed  reason = "it is not a well-formed trusted list"
	errDTD        reason = "it has a document type, which a trusted list never has"
	errAmbiguous  reason = "an attribute or an Id occurs twice"
	errUnsigned   reason = "it does not have exactly one signature, in its root"
	errReferences reason = "its signature does not cover the whole list, once"
	errAlgorithm  reason = "its signature uses an algorithm or key that is not accepted"
	errSigner     reason = "its signer is not among those that may sign it"
	errSignature  reason = "its signature does not verify"
	errSignerTime reason = "its signer's certificate was not valid when it was issued"
	errVersion    reason = "its format is none of the versions 5 and 6"
	errNotLists   reason = "it is not a list of lists"
	errSeveral    reason = "there are several lists of lists; pivots are not supported, keep the newest alone"
	errNoLists    reason = "there is no list of lists, lotl.xml, in the folder"
	errPinned     reason = "no pointer of the list of lists leads to a list of its territory"
	errTerritory  reason = "it says that it is of another type or territory than the list of lists says"
	errOlder      reason = "there is a newer list of its territory in the folder"
	errNoSigners  reason = "it must hold the PEM certificates of the list of lists' signers, as published in the Official Journal"
	errUnreadable reason = "it cannot be read"
)
