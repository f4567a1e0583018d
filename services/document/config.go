package document

import (
	"errors"
	"fmt"
	"os"
)

// Config of the document role.
type Config struct {
	// Listen is the gRPC address, on the loopback; empty means that only roles in the same process can call.
	Listen string `yaml:"listen"`
	// Address where other processes reach this role, host:port; needed where it does not run in the same process.
	Address string `yaml:"address"`
	// Archive is the URL of the archive, file:///FOLDER; empty means the folder "archive" in the data folder.
	Archive string `yaml:"archive"`
	// Templates is a folder with one folder per template; they come beside the built-in ones and take the place of those
	// with the same id. Empty means the built-in ones alone.
	Templates string `yaml:"templates"`
	// TrustAnchors are files of PEM certificates that proof starts from. A line "Proves: QES-EIDAS TIMESTAMP" before a
	// certificate says what it may prove; without one it proves AES, SEAL and TIMESTAMP, and never a qualified signature.
	TrustAnchors []string `yaml:"trust_anchors"`
}

// DefaultConfig returns the settings that need no file.
func DefaultConfig() Config { return Config{} }

// Check tells what is wrong with the settings, all at once.
func (c Config) Check() error {
	_, anchorErr := c.anchors()
	_, templateErr := c.templates()
	return errors.Join(anchorErr, templateErr)
}

// bundle reads the anchors' files one after another.
func (c Config) bundle() ([]byte, error) {
	var bundle []byte
	for _, path := range c.TrustAnchors {
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("document.trust_anchors: %w", err)
		}
		bundle = append(append(bundle, content...), '\n')
	}
	return bundle, nil
}
