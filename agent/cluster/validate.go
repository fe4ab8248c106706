package cluster

import (
	"fmt"
	"slices"
	"strings"
)

// Bounds of a spec.
const (
	maxHosts = 100
	maxPools = 20
	maxTags  = 64
	maxLists = 16 // NTP servers, SSH keys
)

// DefaultPool is the name of the pool that Complete makes.
const DefaultPool = "control-plane-pool"

// Issue is one thing wrong with a spec: where (pools[0].hosts[1].name) and what, as a sentence.
type Issue struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

// Issues are all that is wrong, as one error.
type Issues []Issue

func (is Issues) Error() string {
	parts := make([]string, len(is))
	for i, x := range is {
		parts[i] = withDetail(x.Field, x.Message)
	}
	return reason(parts)
}

// Complete fills in what a short spec leaves out: without pools, all linked hosts form one control-plane pool that also runs
// ordinary pods. Validate then says whether their number (1, 3 or 5) allows it. The leader becomes the init host.
func Complete(spec Spec, hosts []Host) Spec {
	if len(spec.Pools) > 0 {
		return spec
	}
	pool := Pool{Name: DefaultPool, Role: RoleControlPlane, WorkerCapable: true}
	sorted := slices.Clone(hosts)
	slices.SortStableFunc(sorted, func(a, b Host) int {
		if a.Leader != b.Leader {
			if a.Leader {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Name, b.Name)
	})
	for _, h := range sorted {
		pool.Hosts = append(pool.Hosts, PoolHost{Host: h.ID})
	}
	spec.Pools = []Pool{pool}
	return spec
}

// validation collects the issues of one spec.
type validation struct {
	spec   Spec
	stack  Stack
	hosts  []Host
	issues Issues
}

func (v *validation) add(field, format string, args ...any) {
	v.issues = append(v.issues, Issue{Field: field, Message: fmt.Sprintf(format, args...)})
}

// Validate returns all that is wrong with a spec (see Complete) on these linked hosts with this resolved definition. The values
// of variables are the definition's business, but for the two ranges. nil means that it can be planned.
func Validate(spec Spec, stack Stack, hosts []Host) Issues {
	v := &validation{spec: spec, stack: stack, hosts: hosts}
	v.basics()
	v.pools()
	v.members()
	v.network()
	return v.issues
}

func (v *validation) basics() {
	if !isDNSLabel(v.spec.Name, 32) {
		v.add("name", "must be 1 to 32 lower-case letters, digits and '-', starting and ending with a letter or digit")
	}
	if len(v.spec.Tags) > maxTags {
		v.add("tags", "at most %d tags are allowed", maxTags)
	}
	for _, k := range sortedKeys(v.spec.Tags) {
		if !isPlainText(k, 1, 128) || !isPlainText(v.spec.Tags[k], 0, 256) {
			v.add("tags", "tag %.40q must be printable text of at most 128 characters with a value of at most 256", k)
		}
	}
	if v.stack.kubernetesVersion() == "" {
		v.add("definition", "the definition %s has no Kubernetes pack; choose another", v.stack.Definition.Name)
	}
	v.access()
}

// ValidateAccess says what is wrong with the part of a spec that may change while the cluster runs.
func ValidateAccess(ntpServers, sshKeys []string) Issues {
	v := &validation{spec: Spec{NTPServers: ntpServers, SSHKeys: sshKeys}}
	v.access()
	return v.issues
}

func (v *validation) access() {
	if len(v.spec.NTPServers) > maxLists {
		v.add("ntpServers", "at most %d NTP servers are allowed", maxLists)
	}
	for i, s := range v.spec.NTPServers {
		if !isHostOrIP(s) {
			v.add(fmt.Sprintf("ntpServers[%d]", i), "%.80q is no host name and no IP address", s)
		}
	}
	if len(v.spec.SSHKeys) > maxLists {
		v.add("sshKeys", "at most %d SSH keys are allowed", maxLists)
	}
	for i, s := range v.spec.SSHKeys {
		if err := checkSSHKey(s); err != nil {
			v.add(fmt.Sprintf("sshKeys[%d]", i), "%v", err)
		}
	}
}

func (v *validation) pools() {
	if len(v.spec.Pools) > maxPools {
		v.add("pools", "at most %d pools are allowed", maxPools)
	}
	names := map[string]bool{}
	controlPlanes := 0
	for i, p := range v.spec.Pools {
		field := fmt.Sprintf("pools[%d]", i)
		if !isDNSLabel(p.Name, 63) {
			v.add(field+".name", "must be 1 to 63 lower-case letters, digits and '-', starting and ending with a letter or digit")
		}
		if names[p.Name] {
			v.add(field+".name", "pool %.63q is there twice", p.Name)
		}
		names[p.Name] = true
		switch n := len(p.Hosts); {
		case p.Role == RoleControlPlane:
			controlPlanes++
			if n != 1 && n != 3 && n != 5 {
				v.add(field+".hosts", "the control plane needs 1, 3 or 5 hosts, an odd number so that a majority decides; it has %d", n)
			}
		case p.Role != RoleWorker:
			v.add(field+".role", "must be %q or %q", RoleControlPlane, RoleWorker)
		case n == 0:
			v.add(field+".hosts", "a worker pool needs at least one host; remove the pool if it is not wanted")
		}
		if p.Role == RoleWorker && p.WorkerCapable {
			v.add(field+".workerCapable", "is for the control-plane pool only; workers always take ordinary pods")
		}
		v.labelsAndTaints(field, p)
	}
	if controlPlanes != 1 {
		v.add("pools", "exactly one control-plane pool is needed; there are %d", controlPlanes)
	}
}

func (v *validation) members() {
	taken, names := map[string]string{}, map[string]string{}
	total := 0
	for i, p := range v.spec.Pools {
		for j, ph := range p.Hosts {
			total++
			if total > maxHosts {
				v.add("pools", "at most %d hosts are allowed in one cluster", maxHosts)
				return
			}
			v.member(fmt.Sprintf("pools[%d].hosts[%d]", i, j), ph, taken, names)
		}
	}
}

func (v *validation) member(field string, ph PoolHost, taken, names map[string]string) {
	h, found := findHost(v.hosts, ph.Host)
	if !found {
		v.add(field+".host", "no linked host has the id or name %.80q", ph.Host)
		return
	}
	if where, twice := taken[h.ID]; twice {
		v.add(field+".host", "host %s is in the cluster already, at %s", h.Name, where)
		return
	}
	taken[h.ID] = field
	name := nodeName(ph, h)
	switch where, twice := names[name]; {
	case !isDNSLabel(name, 63):
		v.add(field+".name", "node name %.80q must be 1 to 63 lower-case letters, digits and '-'", name)
	case twice:
		v.add(field+".name", "node name %s is also that of %s", name, where)
	}
	names[name] = field
	if _, _, ok := h.nodePrefix(ph.Adapter); !ok {
		if ph.Adapter != "" {
			v.add(field+".adapter", "host %s has no adapter %.40q with an IPv4 address", h.Name, ph.Adapter)
		} else {
			v.add(field+".host", "host %s has no adapter with an IPv4 address", h.Name)
		}
	}
}
