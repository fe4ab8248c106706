package cluster

import (
	"fmt"
	"slices"
)

// CheckStatus is the verdict of one check.
type CheckStatus string

// The verdicts. CheckUnknown is for what could not be measured; it stops a cluster like a failure does, because what nobody
// measured is not known to work.
const (
	CheckOK      CheckStatus = "ok"
	CheckWarn    CheckStatus = "warn"
	CheckFail    CheckStatus = "fail"
	CheckUnknown CheckStatus = "unknown"
)

// The ids of the checks, stable: scripts name them to ignore them.
const (
	CheckHostReady       = "host-ready"
	CheckVersion         = "version"
	CheckUniqueName      = "unique-name"
	CheckUniqueMachineID = "unique-machine-id"
	CheckClock           = "clock"
	CheckDNS             = "dns"
	CheckCIDROverlap     = "cidr-overlap"
	CheckVIPFree         = "vip-free"
	CheckEndpoint        = "control-plane-endpoint"
	CheckPortsFree       = "ports-free"
	CheckPortsReachable  = "ports-reachable"
	CheckContent         = "content"
	CheckDiskSpace       = "disk-space"
	CheckStorageDrive    = "storage-drive"
	CheckMemory          = "memory"
	CheckCPU             = "cpu"
	CheckCgroups         = "cgroups"
	CheckKernel          = "kernel"
	CheckSwap            = "swap"
	CheckLeftovers       = "leftovers"
)

// Check is one preflight test of one host, or of one host towards a peer.
type Check struct {
	ID     string `json:"id"`
	HostID string `json:"hostId"`
	Host   string `json:"host"`
	// Peer is the name of the other host, for checks of a pair.
	Peer    string      `json:"peer,omitempty"`
	Status  CheckStatus `json:"status"`
	Message string      `json:"message"`
	// Fix says what to do; empty when the status is ok.
	Fix string `json:"fix,omitempty"`
}

// subject is one host of a check run with all that is known about it.
type subject struct {
	member Member
	host   Host
	facts  Facts
}

// run is one check run: the plan and its hosts in plan order.
type run struct {
	plan     Plan
	hosts    []Host
	subjects []subject
}

// verdict is what a rule says about one host; check turns it into a row.
type verdict struct {
	peer    string
	status  CheckStatus
	message string
	fix     string
}

func ok(format string, args ...any) verdict {
	return verdict{status: CheckOK, message: fmt.Sprintf(format, args...)}
}

func warn(fix, format string, args ...any) verdict {
	return verdict{status: CheckWarn, fix: fix, message: fmt.Sprintf(format, args...)}
}

func fail(fix, format string, args ...any) verdict {
	return verdict{status: CheckFail, fix: fix, message: fmt.Sprintf(format, args...)}
}

func unknown(format string, args ...any) verdict {
	return verdict{status: CheckUnknown, message: fmt.Sprintf(format, args...),
		fix: "Run the checks again; if it stays, look into the agent's log on this host."}
}

// rules in the order in which a person would look: is the host there, is it itself, is its network right, is it big enough.
var rules = []struct {
	id   string
	rule func(run, subject) []verdict
	// measured rules need Facts; without them they answer unknown.
	measured bool
}{
	{id: CheckHostReady, rule: hostReady},
	{id: CheckVersion, rule: version},
	{id: CheckUniqueName, rule: uniqueName, measured: true},
	{id: CheckUniqueMachineID, rule: uniqueMachineID, measured: true},
	{id: CheckClock, rule: clock, measured: true},
	{id: CheckDNS, rule: dns, measured: true},
	{id: CheckCIDROverlap, rule: cidrOverlap, measured: true},
	{id: CheckVIPFree, rule: vipFree, measured: true},
	{id: CheckEndpoint, rule: endpoint, measured: true},
	{id: CheckPortsFree, rule: portsFree, measured: true},
	{id: CheckPortsReachable, rule: portsReachable, measured: true},
	{id: CheckContent, rule: contentPresent, measured: true},
	{id: CheckDiskSpace, rule: diskSpace, measured: true},
	{id: CheckStorageDrive, rule: storageDrive},
	{id: CheckMemory, rule: memory, measured: true},
	{id: CheckCPU, rule: cpu, measured: true},
	{id: CheckCgroups, rule: cgroups, measured: true},
	{id: CheckKernel, rule: kernel, measured: true},
	{id: CheckSwap, rule: swap, measured: true},
	{id: CheckLeftovers, rule: leftovers, measured: true},
}

// Checks judges every host of the plan by what is known (hosts) and what was measured (facts by host id, of this run only).
// A host without facts answers unknown: never guessed.
func Checks(plan Plan, hosts []Host, facts map[string]Facts) []Check {
	r := run{plan: plan, hosts: hosts}
	for _, m := range plan.Members {
		h, _ := findHost(hosts, m.Node.HostID)
		r.subjects = append(r.subjects, subject{member: m, host: h, facts: facts[m.Node.HostID]})
	}
	var out []Check
	for _, rule := range rules {
		for _, s := range r.subjects {
			for _, v := range r.judge(rule.id, rule.rule, rule.measured, s) {
				out = append(out, Check{ID: rule.id, HostID: s.member.Node.HostID, Host: s.member.Node.Name, Peer: v.peer,
					Status: v.status, Message: v.message, Fix: v.fix})
			}
		}
	}
	return out
}

func (r run) judge(id string, rule func(run, subject) []verdict, measured bool, s subject) []verdict {
	if measured && s.facts.HostID == "" {
		return []verdict{unknown("the host has not answered the check run")}
	}
	if why, bad := s.facts.Unmeasured[id]; bad && measured {
		return []verdict{unknown("could not be measured: %s", why)}
	}
	return rule(r, s)
}

// Blocked returns the checks that stop the cluster: failed or unknown ones whose id, or id/host, is not in ignore.
// host-ready cannot be ignored: a host that is away or in another cluster cannot be used, whatever anyone wishes.
func Blocked(checks []Check, ignore []string) []Check {
	var out []Check
	for _, c := range checks {
		stops := c.Status != CheckOK && c.Status != CheckWarn
		ignored := c.ID != CheckHostReady && (slices.Contains(ignore, c.ID) || slices.Contains(ignore, c.ID+"/"+c.Host))
		if stops && !ignored {
			out = append(out, c)
		}
	}
	return out
}
