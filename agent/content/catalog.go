package content

import (
	"slices"
	"strings"
	"time"
)

// Catalog is what every host of the group must have: the leader sends it on
// the linked channel as part of the desired state. A nil catalog (never
// received) means "unknown", an empty one "have nothing".
type Catalog []CatalogEntry

// CatalogEntry is one item (content bundle) of the leader's pool.
type CatalogEntry struct {
	Digest    string    `json:"digest"`
	Name      string    `json:"name"`
	Version   string    `json:"version"`
	Type      string    `json:"type"`
	SizeBytes int64     `json:"sizeBytes"`
	AddedAt   time.Time `json:"addedAt"`
}

// MaxCatalog bounds the items of one group.
const MaxCatalog = 1000

// Validate checks a catalog or report that came from a peer.
func (c Catalog) Validate() error {
	if len(c) > MaxCatalog {
		return invalid("catalog has %d items; at most %d are allowed", len(c), MaxCatalog)
	}
	seen := make(map[string]bool, len(c))
	for _, e := range c {
		if _, err := DigestHex(e.Digest); err != nil {
			return invalid("catalog: %w", err)
		}
		if seen[e.Digest] || !nameRule.MatchString(e.Name) || !versionRule.MatchString(e.Version) ||
			!nameRule.MatchString(e.Type) || e.SizeBytes < 0 {
			return invalid("catalog entry %s is malformed or there twice", e.Digest)
		}
		seen[e.Digest] = true
	}
	return nil
}

// State is the sync state of one item on one host.
type State string

// States of an item. Failed is not final: the host keeps trying.
const (
	Pending   State = "pending"
	Completed State = "completed"
	Failed    State = "failed"
)

// ItemReport is how far one host is with one item, in bytes of blobs.
type ItemReport struct {
	Digest         string `json:"digest"`
	State          State  `json:"state"`
	CompletedBytes int64  `json:"completedBytes"`
	TotalBytes     int64  `json:"totalBytes"` // 0 while the manifest is not there yet
	Error          string `json:"error,omitempty"`
}

// Report is what a host tells the leader about its pool.
type Report struct {
	Items      []ItemReport `json:"items"`
	FreeBytes  int64        `json:"freeBytes"`
	TotalBytes int64        `json:"totalBytes"`
}

// maxReportError bounds the error text of one item.
const maxReportError = 500

// Validate checks a report that came from a peer.
func (r Report) Validate() error {
	if len(r.Items) > MaxCatalog || r.FreeBytes < 0 || r.TotalBytes < 0 {
		return invalid("content report is out of bounds")
	}
	for _, i := range r.Items {
		if _, err := DigestHex(i.Digest); err != nil {
			return invalid("content report: %w", err)
		}
		if !slices.Contains([]State{Pending, Completed, Failed}, i.State) || len(i.Error) > maxReportError ||
			i.CompletedBytes < 0 || i.TotalBytes < 0 {
			return invalid("content report of %s is out of bounds", i.Digest)
		}
	}
	return nil
}

// ErrorText is err as it fits into an ItemReport.
func ErrorText(err error) string {
	if err == nil {
		return ""
	}
	s := err.Error()
	if len(s) > maxReportError {
		s = strings.ToValidUTF8(s[:maxReportError], "")
	}
	return s
}
