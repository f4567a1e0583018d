package document

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/countersign/countersign/services/document/internal/paper"
)

// Retention is how long documents of each kind are kept.
//
// Documents that were made from one another (the PDF that was sent, the signed one, the audit trail, the evidence package)
// are deleted by themselves only together, at the latest of their dates: without the PDF that was sent the signed one could
// not be verified. So set delete_after_days for every kind, or nothing that belongs to a signed document is ever deleted by
// itself. A legal hold on one of them keeps them all. A call of DeleteDocument deletes the one that it names.
//
// Periods of commercial law, for the operator's counsel to confirm: Germany 8 years for vouchers, 6 for commercial letters
// such as contracts, 10 for books (section 257 HGB, section 147 AO); Switzerland 10 years (Art. 958f OR); France 10 years
// for accounting documents (Art. L123-22 Code de commerce). In Germany the period starts at the end of the calendar year, in
// Switzerland at the end of the business year: add 366 days. 10 years and a start at the year's end are 4019 days.
type Retention struct {
	// Rendered here from a template.
	Rendered Period `yaml:"rendered"`
	// Uploaded to be signed.
	Uploaded Period `yaml:"uploaded"`
	// Signed, as a provider returned it.
	Signed Period `yaml:"signed"`
	// AuditTrail is a provider's protocol.
	AuditTrail Period `yaml:"audit_trail"`
	// Evidence is a package that proves one signature request.
	Evidence Period `yaml:"evidence"`
}

// Period is how long documents of one kind are kept, in days of 24 hours from when they were archived.
type Period struct {
	// KeepDays is how long nobody can delete them: at most 36500; 0 means no minimum.
	KeepDays int `yaml:"keep_days"`
	// DeleteAfterDays is when they are deleted by themselves: not less than keep_days, at most 36500, and at least 400 for
	// rendered and uploaded ones, which may be out for signature for a year; 0 means never.
	DeleteAfterDays int `yaml:"delete_after_days"`
}

func (r Retention) periods() paper.Retention {
	out := paper.Retention{}
	for kind, p := range map[paper.Kind]Period{
		paper.KindRendered: r.Rendered, paper.KindUploaded: r.Uploaded, paper.KindSigned: r.Signed,
		paper.KindAuditTrail: r.AuditTrail, paper.KindEvidence: r.Evidence,
	} {
		out[kind] = paper.Period(p)
	}
	return out
}

func (c Config) checkRetention() error {
	periods := c.Retention.periods()
	var errs []error
	for _, kind := range slices.Sorted(maps.Keys(periods)) {
		if err := periods[kind].Check(); err != nil {
			errs = append(errs, fmt.Errorf("document.retention.%s.%w", strings.ToLower(string(kind)), err))
		}
	}
	for _, kind := range []paper.Kind{paper.KindRendered, paper.KindUploaded} {
		if days := periods[kind].DeleteAfterDays; days > 0 && days < leastSent {
			errs = append(errs, fmt.Errorf("document.retention.%s.delete_after_days: must be 0 or at least %d: a document can be out "+
				"for signature for a year, and the signed one is proven against it", strings.ToLower(string(kind)), leastSent))
		}
	}
	return errors.Join(errs...)
}

// leastSent is how long what was sent must stay, in days: the longest a signature request is open, and then some.
const leastSent = 400
