package tui

import (
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/tui/form"
)

// port is where the Local UI listens.
const port = "5080"

// fact is one line of the device information.
type fact struct{ label, text string }

// localUI is the address that a person should open first; empty without an address.
func (c *console) localUI() string {
	if len(c.seen.host.Addresses) == 0 {
		return ""
	}
	return "https://" + net.JoinHostPort(c.seen.host.Addresses[0], port)
}

// information is the landing page, what needs a person first.
func (c *console) information() []fact {
	s := c.seen
	var out []fact
	add := func(label, format string, a ...any) { out = append(out, fact{label, fmt.Sprintf(format, a...)}) }
	if s.down != "" {
		add("Agent", "%s. This page goes on by itself when it is back.", s.down)
		for _, line := range s.journal {
			add("", "%s", line)
		}
		add("", "")
	}
	if s.host.Id == "" {
		if s.down == "" {
			add("", "Asking the agent of this host ...")
		}
		return out
	}
	if s.theme.Banner != "" {
		add("Notice", "%s", s.theme.Banner)
	}
	for i, a := range s.host.Addresses {
		label := ""
		if i == 0 {
			label = "Local UI"
		}
		add(label, "https://%s", net.JoinHostPort(a, port))
	}
	if len(s.host.Addresses) == 0 {
		add("Local UI", "no address yet; press F2 to set one")
	}
	add("Fingerprint", "%s", s.host.Fingerprint)
	if s.setup {
		add("Setup code", "%s  to create the first user in the Local UI; or press F2 here", s.code)
	}
	out = append(out, c.troubles()...)
	add("", "")
	out = append(out, standing(s)...)
	add("", "")
	return append(out, hardware(s.host)...)
}

// troubles are warnings that need a person.
func (c *console) troubles() (out []fact) {
	add := func(format string, a ...any) { out = append(out, fact{"Warning", fmt.Sprintf(format, a...)}) }
	s := c.seen
	if s.host.ConsoleDisplayOnly {
		out = append(out, fact{"Console", "This console is to look at only."})
	}
	if s.partial != "" {
		add("%s", s.partial)
	}
	if t := s.network.Try; pending(t) {
		add("Network settings are on trial for %d s more; without confirmation the host goes back.", c.remaining(t))
	} else if t.State == api.RolledBack && t.Reason != "" {
		add("The last change of the network was taken back: %s", t.Reason)
	}
	if s.network.Trouble != "" {
		add("%s", s.network.Trouble)
	}
	for _, w := range s.host.Warnings {
		add("%s %s", w.Message, w.Fix)
	}
	return out
}

// standing is the host's part in the group and the cluster.
func standing(s snapshot) []fact {
	health := form.OrDash(s.host.Health)
	if s.host.HealthReason != "" {
		health += ": " + s.host.HealthReason
	}
	clock := "not synchronized"
	if s.host.Clock.Synchronized {
		clock = "synchronized"
	}
	return []fact{
		{"Host name", s.host.Name},
		{"Host id", s.host.Id},
		{"Role", role(s)},
		{"Cluster", clusterLine(s.clusters)},
		{"Content", contentLine(s)},
		{"Health", health},
		{"Clock", s.host.Clock.Time.UTC().Format("2006-01-02 15:04 UTC, ") + clock},
	}
}

func role(s snapshot) string {
	switch s.link.Role {
	case api.Leader:
		return fmt.Sprintf("leader of %d linked hosts", max(len(s.link.Hosts)-1, 0))
	case api.Follower:
		for _, h := range s.link.Hosts {
			if h.Id == s.link.Leader {
				return "follower of " + h.Name + " (" + h.Address + ")"
			}
		}
		return "follower of " + s.link.Leader
	}
	return "free, not linked"
}

func clusterLine(list []api.Cluster) string {
	var out []string
	for _, k := range list {
		out = append(out, fmt.Sprintf("%s, %s, %s", k.Name, k.State, form.OrDash(k.Health)))
	}
	return form.OrDash(strings.Join(out, "; "))
}

// contentLine is how many items there are, and whether this host has them.
func contentLine(s snapshot) string {
	if len(s.content) == 0 {
		return "none yet; upload a content bundle in the Local UI"
	}
	state := ""
	for _, h := range s.link.Hosts {
		if h.Id == s.host.Id {
			state = ", " + h.Content
		}
	}
	if len(s.content) == 1 {
		return s.content[0].Name + state
	}
	return fmt.Sprintf("%d items%s", len(s.content), state)
}

func hardware(h api.Host) []fact {
	disks := make([]string, 0, len(h.Disks))
	for _, d := range h.Disks {
		disks = append(disks, fmt.Sprintf("%s %s %s", d.Path, form.Size(d.SizeBytes), d.Role))
	}
	cpu := fmt.Sprintf("%d", h.Cpus)
	if h.CpuModel != "" {
		cpu += " x " + h.CpuModel
	}
	out := []fact{
		{"Platform", form.OrDash(h.Product)},
		{"Processors", cpu},
		{"Memory", form.Size(h.MemoryBytes)},
		{"Disks", form.OrDash(strings.Join(disks, "\n"))},
	}
	for i, a := range h.Adapters {
		label := ""
		if i == 0 {
			label = "Adapters"
		}
		out = append(out, fact{label, adapterLine(a)})
	}
	if h.SecureBoot != "" {
		out = append(out, fact{"Secure Boot", string(h.SecureBoot)})
	}
	for _, g := range h.Gpus {
		out = append(out, fact{"GPU", g})
	}
	return append(out, fact{"System", fmt.Sprintf("%s, Linux %s, agent %s", h.Os, h.Kernel, h.AgentVersion)},
		fact{"Up", (time.Duration(h.UptimeSeconds) * time.Second).Truncate(time.Minute).String()})
}

// adapterLine is an adapter with its addresses in CIDR notation.
func adapterLine(a api.Adapter) string {
	how := "static"
	if a.Dhcp {
		how = "DHCP"
	}
	if len(a.Addresses) == 0 {
		how = "no address"
	}
	link := "no link"
	if a.Carrier {
		link = "link"
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s", a.Name, strings.Join(a.Addresses, " "))) + ", " + how + ", " + link
}
