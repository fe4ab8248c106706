package content

import (
	"slices"
	"strings"
)

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
