package tui

import (
	"slices"
	"strings"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/tui/form"
)

// menu is the main configuration page: what can be set, with what it is set to.
func (c *console) menu() {
	f := newForm("")
	entry := func(text string, open func()) *button {
		b := &button{text: text, value: " ", press: open}
		f.add("", b)
		return b
	}
	hostname := entry("Hostname", c.hostname)
	adapters := entry("Host Network Adapters", c.adapters)
	management := entry("Management interface", c.management)
	dns := entry("DNS Configuration", c.dns)
	ntp := entry("NTP Configuration", c.ntp)
	proxy := entry("Proxy", c.proxy)
	link := entry("Link this host", c.linking)
	password := &button{} // shown only where passwords are changed here
	if !c.seen.rules.PasswordChangeHidden {
		password = entry("Password", c.password)
	}
	diagnostics := entry("Diagnostics", c.diagnostics)
	power := entry("Power", c.power)
	quit := entry("Quit", c.quit)
	quit.value = "back to device information; the host stays on"
	diagnostics.value = "ping, trace, DNS, ports, logs, support bundle"
	power.value = "restart or shut down"
	p := c.pushForm("Configuration", f)
	f.escape = c.quit
	p.refreshed = func() {
		s := c.seen
		f.intro = "Logged in as " + c.who() + "."
		if s.host.Status == api.InUse {
			f.intro += " This host is in a cluster: what would break it can only be looked at."
		}
		hostname.value = s.host.Name
		adapters.value = adapterSummary(s.network.Adapters)
		if management.value = s.host.ManagementAdapter; management.value == "" {
			management.value = automatic
		}
		dns.value = form.OrDash(strings.Join(nameServers(s.network.Adapters), ", "))
		ntp.value = timeServers(s)
		if proxy.value = strings.Join(strings.Fields(s.proxy.Http+" "+s.proxy.Https), ", "); proxy.value == "" {
			proxy.value = "none"
		}
		link.value = role(s)
		if password.value = "of " + c.who() + " or root"; c.who() == "root" {
			password.value = "of root"
		}
	}
	p.refreshed()
	if pending(c.seen.network.Try) {
		c.trial(c.seen.network.Try)
	}
}

// adapterSummary is each adapter's name with its first address.
func adapterSummary(list []api.Adapter) string {
	var out []string
	for _, a := range list {
		text := a.Name
		if len(a.Addresses) > 0 {
			text += " " + a.Addresses[0]
		}
		out = append(out, text)
	}
	return form.OrDash(strings.Join(out, ", "))
}

// timeServers are those that are set, or where they come from.
func timeServers(s snapshot) string {
	switch {
	case len(s.host.Clock.Servers) > 0:
		return strings.Join(s.host.Clock.Servers, ", ")
	case slices.ContainsFunc(s.network.Adapters, func(a api.Adapter) bool { return a.Dhcp }):
		return "as DHCP says"
	}
	return "none"
}

// nameServers are those of all adapters, each once.
func nameServers(list []api.Adapter) (out []string) {
	seen := map[string]bool{}
	for _, a := range list {
		for _, d := range a.Dns {
			if !seen[d] {
				seen[d] = true
				out = append(out, d)
			}
		}
	}
	return out
}

func (c *console) quit() {
	c.confirm("Quit", "Log out and go back to the device information? The host stays on.", "Quit", func() {
		c.leave("")
	})
}
