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

// Status is the content status of one host, or of one item over all hosts.
type Status string

// Content statuses.
const (
	Synced    Status = "Synced"
	Syncing   Status = "Syncing"
	NotSynced Status = "NotSynced"
	SyncError Status = "Failed"
)

// HostStatus derives the content status of a host from the catalog and the
// last report of the host. report is nil when the host never reported;
// reachable is false when it does not report any more.
func HostStatus(c Catalog, report *Report, reachable bool) Status {
	if len(c) == 0 {
		return Synced
	}
	if report == nil {
		return NotSynced
	}
	items := make(map[string]State, len(report.Items))
	for _, i := range report.Items {
		items[i.Digest] = i.State
	}
	status := Synced
	for _, e := range c {
		switch items[e.Digest] {
		case Completed:
		case Failed:
			return SyncError
		default:
			status = Syncing
		}
	}
	if status == Syncing && !reachable {
		return NotSynced
	}
	return status
}

// ItemSync counts the hosts per state of one item.
type ItemSync struct {
	Completed int        `json:"completed"`
	Pending   int        `json:"pending"`
	Failed    int        `json:"failed"`
	Hosts     []HostSync `json:"hosts"`
}

// HostSync is one host's state of one item.
type HostSync struct {
	Host string `json:"host"`
	ItemReport
}

// SyncOf derives the sync of one item from the last reports of all hosts, by
// host id. A host without a report of the item is pending.
func SyncOf(digest string, reports map[string]*Report) ItemSync {
	s := ItemSync{Hosts: []HostSync{}}
	for host, r := range reports {
		h := HostSync{Host: host, ItemReport: ItemReport{Digest: digest, State: Pending}}
		if r != nil {
			if i := slices.IndexFunc(r.Items, func(i ItemReport) bool { return i.Digest == digest }); i >= 0 {
				h.ItemReport = r.Items[i]
			}
		}
		switch h.State {
		case Completed:
			s.Completed++
		case Failed:
			s.Failed++
		default:
			s.Pending++
		}
		s.Hosts = append(s.Hosts, h)
	}
	slices.SortFunc(s.Hosts, func(a, b HostSync) int { return strings.Compare(a.Host, b.Host) })
	return s
}
