package statement

import (
	"fmt"
	"strings"
	"time"
)

// Package is what came of the evidence package around a signed file.
type Package struct {
	// Intact says that every byte is as it was packed. It says nothing of who packed it: for that compare Head, the end of
	// the manifest's chain of hashes, or SHA256, of the whole file, with what the archive noted.
	Intact bool   `json:"intact"`
	Head   string `json:"head"`
	SHA256 string `json:"sha256"`
	// Subject is what the package says it is about.
	Subject string `json:"subject"`
	// Parts that could be told; Damaged names all that are not as they should be.
	Parts   []PackagePart `json:"parts"`
	Damaged []string      `json:"damaged"`
	// KeptVerdict is the verdict in the package and KeptTime when it was reached; empty and null when it is damaged.
	KeptVerdict string     `json:"kept_verdict"`
	KeptTime    *time.Time `json:"kept_time"`
}

// PackagePart is one file in a package.
type PackagePart struct {
	Name string `json:"name"`
	// SHA256 is of what is there.
	SHA256 string `json:"sha256"`
	// OK says that the manifest names this hash.
	OK bool `json:"ok"`
}

func (p Package) write(b *strings.Builder, verdict string) {
	if p.Intact {
		fmt.Fprintf(b, "Evidence package of %q: intact\n", p.Subject)
	} else {
		fmt.Fprintf(b, "Evidence package: damaged: %s\n", strings.Join(p.Damaged, ", "))
	}
	fmt.Fprintf(b, "  sha256   %s\n", p.SHA256)
	if p.Head != "" {
		fmt.Fprintf(b, "  head     %s\n", p.Head)
	}
	b.WriteString("  compare  both with what the archive noted: anybody could make another package that is intact in itself\n")
	if p.KeptTime != nil {
		same := "as now"
		if p.KeptVerdict != verdict {
			same = "now it is " + verdict + ": other trust anchors, another time or other expectations"
		}
		fmt.Fprintf(b, "  verdict  was %s on %s; %s\n", p.KeptVerdict, p.KeptTime.Format(time.DateOnly), same)
	}
	b.WriteString("\n")
}
