package document

import (
	"fmt"
	"log/slog"
	"os"

	"github.com/countersign/countersign/services/document/internal/proof"
	"github.com/countersign/countersign/services/document/internal/trustlist"
)

// trust is what proofs start from: anchors, and trusted lists or nil.
type trust struct {
	anchors proof.Anchors
	lists   *trustlist.Lists
}

// trust reads the anchors and the lists that are configured.
func (c Config) trust() (trust, error) {
	anchors, err := c.anchors()
	if err != nil {
		return trust{}, err
	}
	t, err := newTrust(anchors, c.TrustedLists)
	if err != nil {
		return t, fmt.Errorf("document.trusted_lists: %w", err)
	}
	return t, nil
}

func (c Config) anchors() (proof.Anchors, error) {
	var all []proof.Anchors
	for _, path := range c.TrustAnchors {
		content, err := os.ReadFile(path)
		if err != nil {
			return proof.Anchors{}, fmt.Errorf("document.trust_anchors: %w", err)
		}
		one, err := proof.NewAnchors(content)
		if err != nil {
			return proof.Anchors{}, fmt.Errorf("document.trust_anchors: %s: %w", path, err)
		}
		all = append(all, one)
	}
	return proof.JoinAnchors(all...), nil
}

// newTrust adds the trusted lists of a folder to anchors; an empty name is for none.
func newTrust(anchors proof.Anchors, folder string) (trust, error) {
	if folder == "" {
		return trust{anchors: anchors}, nil
	}
	lists, err := trustlist.Load(os.DirFS(folder))
	if err != nil {
		return trust{}, fmt.Errorf("trusted lists: %s: %w", folder, err)
	}
	if content := lists.Switzerland(); content != nil {
		swiss, err := proof.NewAnchors(content)
		if err != nil {
			return trust{}, fmt.Errorf("trusted lists: %s: switzerland.pem: %w", folder, err)
		}
		anchors = proof.JoinAnchors(anchors, swiss)
	}
	return trust{anchors: anchors, lists: lists}, nil
}

func (t trust) verifier(o proof.Options) *proof.Verifier {
	if t.lists != nil {
		o.Lists = t.lists
	}
	return proof.New(t.anchors, o)
}

// log says once which lists are asked, and which are not.
func (t trust) log(logger *slog.Logger) {
	if t.lists == nil {
		return
	}
	counts := t.lists.Counts()
	logger.Info("trusted lists", "snapshot", t.lists.Snapshot(), "lists", counts.Lists, "of", counts.Pointers,
		"services", counts.Services, "refused", len(t.lists.Refused()), "expires", t.lists.Expires())
	for _, r := range t.lists.Refused() {
		logger.Warn("trusted list not used", "file", r.File, "reason", r.Reason)
	}
}
