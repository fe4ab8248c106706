package tui

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/api"
)

// sizes are those of a text console and of a large serial terminal; their screens are testdata/PAGE-WIDTHxHEIGHT.txt. Of
// oddSizes no screens are kept.
var (
	sizes    = [][2]int{{80, 24}, {132, 43}}
	oddSizes = [][2]int{{60, 15}, {300, 80}}
)

// Every page as a person comes to it, at each size.
// Feature 25, Feature 26, Feature 38 (in a cluster) and Feature 65.
func TestEveryPage(t *testing.T) {
	for _, page := range []struct {
		name  string
		given func(*fakeAgent)
		goTo  func(*driver)
		sees  string
	}{
		{"landing", nil, nil, "https://10.77.0.11:5080"},
		{"landing-new", func(f *fakeAgent) {
			f.setup = true
			f.host.Warnings = []api.Warning{{Id: "pool", Message: "There is no disk of its own for the storage pool.", Fix: "Add a second disk."}}
		}, nil, "ABCD2345"},
		{"landing-cluster", inCluster, nil, "leader of 2 linked hosts"},
		{"landing-down", nil, func(d *driver) { d.f.set(func() { d.f.down = true }) }, "goes on by itself"},
		{"landing-locked", func(f *fakeAgent) { f.host.ConsoleDisplayOnly = true }, nil, "to look at only"},
		{"create-user", func(f *fakeAgent) { f.setup = true }, func(d *driver) {
			d.sees("ABCD2345")
			d.press("<f2>", "Ada", "<tab>", "short", "<tab>", "other", "<tab>", "2026-03-13")
		}, "That day is over"},
		{"login", withUser, func(d *driver) { d.press("<f2>", "ada", "<tab>", "secret") }, "[******"},
		{"login-consent", func(f *fakeAgent) {
			withUser(f)
			f.theme = api.Theme{Banner: "For members only.", Consent: api.Consent{Title: "Terms", Text: "Everything that is done here is recorded."}}
		}, func(d *driver) { d.press("<f2>") }, "By logging in you agree"},
		{"new-password", func(f *fakeAgent) { withUser(f); f.ended = true }, func(d *driver) {
			d.press("<f2>", "ada", "<tab>", "correct horse", "<tab>", "<enter>")
			d.sees("has ended")
			d.press("short")
		}, "at least 8 characters"},
		{"menu", nil, loggedIn, "Host Network Adapters"},
		{"menu-cluster", inCluster, loggedIn, "This host is in a cluster"},
		{"hostname", nil, open("Hostname", "<clear>", "edge_1"), "letters, digits and hyphens only"},
		{"hostname-cluster", inCluster, open("Hostname"), "Delete the cluster before"},
		{"adapters", nil, open("Host Network Adapters"), "Create bond"},
		{"adapter-dhcp", nil, open("Host Network Adapters", "<enter>"), "[ Apply ]"},
		{"adapter-static", nil, open("Host Network Adapters", "<enter>", "<right>", "<tab>", "<clear>", "10.77.0", "<tab>", "<clear>", "255.0.255.0"), "its ones must come first"},
		{"adapter-cluster", inCluster, open("Host Network Adapters", "<enter>"), "carries cluster demo"},
		{"create-vlan", nil, func(d *driver) { open("Host Network Adapters")(d); d.pick("Create VLAN"); d.press("<tab>", "5000") }, "1 to 4094"},
		{"create-bond", nil, func(d *driver) { open("Host Network Adapters")(d); d.pick("Create bond") }, "Member eth1"},
		{"create-bridge", nil, func(d *driver) { open("Host Network Adapters")(d); d.pick("Create bridge") }, "Spanning tree"},
		{"adapter-bond", withBond, func(d *driver) { open("Host Network Adapters")(d); d.pick("bond0") }, "Link check"},
		{"management", nil, open("Management interface", "<right>"), "< eth0 >"},
		{"dns", nil, open("DNS Configuration", "<tab>", "10.77.0.300"), "is no IP address"},
		{"dns-cluster", inCluster, open("DNS Configuration"), "Adapter eth0 carries cluster demo"},
		{"difference", withDifference, func(d *driver) { toStatic(d) }, "[ Try it ]"},
		{"try", withDifference, func(d *driver) { toStatic(d); d.press("<tab>", "<enter>") }, "Checking link"},
		{"try-keep", withDifference, func(d *driver) {
			toStatic(d)
			d.press("<tab>", "<enter>")
			d.f.set(func() {
				d.f.network.Try.State, d.f.network.Try.Warnings = api.AwaitingConfirm, []string{"name server 10.77.0.251 of eth0 does not answer"}
			})
		}, "Keep these settings"},
		{"try-back", withDifference, func(d *driver) {
			toStatic(d)
			d.press("<tab>", "<enter>")
			d.f.set(func() {
				d.f.network.Try.State, d.f.network.Try.Reason = api.RolledBack, "address 10.77.0.50 is in use by 52:54:00:00:00:01"
			})
		}, "back on the settings it had"},
		{"link", nil, open("Link this host"), "Link token"},
		{"link-wrong", nil, open("Link this host", "https://10.77.0.11"), "This is no link token"},
		{"link-leader", inCluster, open("Link this host"), "This host is the leader"},
		{"link-follower", follower, open("Link this host"), "follower of h2"},
		{"unlink", follower, func(d *driver) { open("Link this host")(d); d.pick("Unlink this host") }, "needs a new token"},
		{"linking", nil, func(d *driver) { open("Link this host", "eyJ2IjoxfQ")(d); d.pick("Link to the leader") }, "Done."},
		{"token", nil, func(d *driver) { open("Link this host")(d); d.pick("Show a token") }, "within 100 s"},
		{"ntp", nil, open("NTP Configuration", "10.77.0.1, ntp_1"), "ntp_1 is neither"},
		{"proxy", withProxy, open("Proxy", "<down>", "http://proxy"), "neither a name"},
		{"proxy-difference", withProxyDifference, func(d *driver) { open("Proxy")(d); d.pick("[ Apply ]") }, "[ Set the proxy ]"},
		{"diagnostics", nil, open("Diagnostics"), "Every test is made from this host"},
		{"ping", nil, func(d *driver) { open("Diagnostics")(d); d.pick("[ Ping ]") }, "10.77.0.1 answers"},
		{"trace", nil, func(d *driver) { open("Diagnostics")(d); d.pick("[ Trace ]") }, "hop"},
		{"dns-lookup", nil, func(d *driver) { open("Diagnostics", "<clear>", "h9")(d); d.sees("[h9 "); d.pick("Look up in DNS") }, "h9 is NOT found"},
		{"port", nil, func(d *driver) { open("Diagnostics")(d); d.pick("Check port") }, "10.77.0.1 is open"},
		{"port-wrong", nil, func(d *driver) {
			open("Diagnostics")(d)
			d.pick("TCP port") // Enter goes on to the button
			d.press("<up>", "<clear>", "99999")
			d.sees("[99999 ")
			d.pick("Check port")
		}, "from 1 to 65535"},
		{"arp", nil, func(d *driver) { open("Diagnostics")(d); d.pick("ARP table") }, "52:54:00:77:00:01"},
		{"errors", nil, func(d *driver) { open("Diagnostics")(d); d.pick("recent errors") }, "12 times since"},
		{"sticks", func(f *fakeAgent) {
			f.sticks = []api.Stick{{Device: "/dev/sdc1", FileSystem: "vfat", Label: "TRANSFER", Model: "Ultra Fit", SizeBytes: 31 << 30}}
		}, func(d *driver) { open("Diagnostics")(d); d.pick("Support bundle") }, "/dev/sdc1"},
		{"sticks-none", nil, func(d *driver) { open("Diagnostics")(d); d.pick("Support bundle") }, "Put one in"},
		{"log", nil, func(d *driver) { open("Diagnostics")(d); d.pick("Agent's log") }, "WARN"},
		{"password", withUser, func(d *driver) { asAda(d); d.pick("Password") }, "Current password"},
		{"power", withUser, open("Power"), "Shut down"},
		{"power-cluster", inCluster, func(d *driver) { open("Power")(d); d.pick("Restart") }, "STOPS"},
		{"quit", nil, open("Quit"), "The host stays on"},
	} {
		for i, size := range slices.Concat(sizes, oddSizes) {
			name := fmt.Sprintf("%s-%dx%d", page.name, size[0], size[1])
			t.Run(name, func(t *testing.T) {
				inBubble(t, func(t *testing.T) {
					f := newFake(t)
					if !strings.Contains(page.name, "login") && !strings.Contains(page.name, "password") { // pages behind the log-in are reached with rights of one's own, as root in a shell
						f.process = api.Caller{User: "root", Role: "admin"}
					}
					if page.given != nil {
						page.given(f)
					}
					d := sit(t, f, size[0], size[1])
					d.sees(f.host.Id[:8])
					if page.goTo != nil {
						page.goTo(d)
					}
					d.sees(page.sees)
					if i < len(sizes) {
						d.golden(name)
					} else {
						d.whole()
					}
				})
			})
		}
	}
}

// follower is a host that is linked to another.
func follower(f *fakeAgent) {
	f.link = api.Link{Role: api.Follower, Leader: "b", Epoch: 2, Hosts: []api.LinkedHost{
		{Id: "b", Name: "h2", Address: "10.77.0.12", Status: "Ready", Content: "Synced", Health: "Healthy", Role: "leader"},
		{Id: f.host.Id, Name: "h1", Address: "10.77.0.11", Status: "Ready", Content: "Synced", Health: "Healthy", Role: "follower"},
	}}
}

// withBond is a host whose two adapters are a bond, with a VLAN on it.
func withBond(f *fakeAgent) {
	f.network.Confirmed = []api.AdapterSettings{
		{Name: "bond0", Dhcp: true, Bond: api.Bond{Mode: "802.3ad", MonitorMillis: 250, Members: []string{"eth0", "eth1"}}},
		{Name: "bond0.77", Addresses: []string{"10.20.0.5/24"}, Mtu: 1400, Vlan: api.VLAN{Id: 77, Parent: "bond0"}},
		{Name: "eth0"}, {Name: "eth1"},
	}
	f.network.Adapters[0].Addresses, f.network.Adapters[0].Gateway = []string{}, ""
	f.network.Adapters = append(f.network.Adapters,
		api.Adapter{Name: "bond0", Mac: "52:54:00:77:00:0b", Addresses: []string{"10.77.0.11/24"}, Dhcp: true, Mtu: 1500, Gateway: "10.77.0.1", Dns: []string{"10.77.0.1"}, Carrier: true},
		api.Adapter{Name: "bond0.77", Mac: "52:54:00:77:00:0b", Addresses: []string{"10.20.0.5/24"}, Mtu: 1400, Dns: []string{}, Carrier: true})
}

func withProxy(f *fakeAgent) {
	f.proxy = api.Proxy{Http: "http://ada:********@proxy.site.example:3128", Https: "", NoProxy: []string{".site.example", "192.0.2.0/24"},
		Authorities: []api.Authority{{Subject: "CN=Proxy CA", NotAfter: start.AddDate(1, 0, 0)}}}
	f.verdict.Problems = []api.FieldProblem{{Field: "https", Message: "the proxy's host is neither a name nor an IP address"}}
}

func withProxyDifference(f *fakeAgent) {
	withProxy(f)
	f.verdict = api.NetworkPreview{Problems: []api.FieldProblem{}, Lines: []api.DiffLine{
		{Setting: "HTTP proxy", Old: "http://ada:********@proxy.site.example:3128", New: "http://ada:********@other.site.example:3128"},
		{Setting: "No proxy", Old: ".site.example", New: ".site.example, 192.0.2.0/24"}, {Setting: "CA certificates", Old: "", New: "1 certificate"}}}
}

// whole checks a screen of any size: it has its title and its keys.
func (d *driver) whole() {
	d.t.Helper()
	lines := strings.Split(strings.TrimSuffix(d.text(), "\n"), "\n")
	if last := lines[len(lines)-1]; !strings.HasPrefix(lines[0], " Slipway") || strings.TrimSpace(last) == "" {
		d.t.Errorf("no title or no keys:\n%s", d.text())
	}
}

func withUser(f *fakeAgent) { f.users["ada"] = "correct horse" }

// loggedIn goes to the menu.
func loggedIn(d *driver) { d.press("<f2>"); d.sees("Logged in as") }

// asAda logs in.
func asAda(d *driver) {
	d.t.Helper()
	d.press("<f2>", "ada", "<tab>", "correct horse", "<tab>", "<enter>")
	d.sees("Logged in as ada")
}

// open goes to an entry of the menu and types.
func open(entry string, keys ...string) func(*driver) {
	return func(d *driver) {
		d.t.Helper()
		loggedIn(d)
		d.pick(entry)
		d.until("the page of "+entry, func(s string) bool { return !strings.HasSuffix(strings.SplitN(s, "\n", 2)[0], "Configuration") })
		d.press(keys...)
	}
}

func withDifference(f *fakeAgent) {
	f.verdict.Lines = []api.DiffLine{
		{Adapter: "eth0", Setting: "addresses", Old: "DHCP", New: "10.77.0.50/24"},
		{Adapter: "eth0", Setting: "gateway", Old: "from DHCP", New: "10.77.0.1"},
		{Adapter: "eth0", Setting: "search domains", Old: "-", New: "site.example"},
		{Adapter: "eth0", Setting: "hardware", Old: "-", New: "permanent MAC 52:54:00:77:00:0b"},
	}
}

// toStatic fills the form of eth0 and goes on to the difference.
func toStatic(d *driver) {
	d.t.Helper()
	open("Host Network Adapters", "<enter>")(d)
	d.sees("IP scheme")
	d.press("<right>", "<tab>", "<clear>", "10.77.0.50")
	d.sees("IP address [10.77.0.50 ]", "Subnet mask [255.255.255.0 ]", "Default gateway [10.77.0.1 ]")
	d.pick("Apply")
	d.sees("[ Try it ]")
}

// inCluster is a host that leads three hosts in a cluster of which one other host is not ready.
func inCluster(f *fakeAgent) {
	f.host.Status = api.InUse
	f.link = api.Link{Role: api.Leader, Leader: f.host.Id, Epoch: 3, Hosts: []api.LinkedHost{
		{Id: f.host.Id, Name: "h1", Address: "10.77.0.11", Status: "InUse", Content: "Synced", Health: "Healthy", Role: "leader"},
		{Id: "b", Name: "h2", Address: "10.77.0.12", Status: "InUse", Content: "Synced", Health: "Healthy", Role: "follower"},
		{Id: "c", Name: "h3", Address: "10.77.0.13", Status: "InUse", Content: "NotSynced", Health: "Unhealthy", Role: "follower"},
	}}
	f.clusters = []api.Cluster{{Name: "demo", State: "Running", Health: "Healthy", Vip: "10.77.0.100", Nodes: []api.ClusterNode{
		{Name: "h1", Host: f.host.Id, Role: "control-plane", Ready: true, Address: "10.77.0.11"},
		{Name: "h2", Host: "b", Role: "control-plane", Ready: true, Address: "10.77.0.12"},
		{Name: "h3", Host: "c", Role: "control-plane", Ready: false, Address: "10.77.0.13"},
	}}}
	f.content = []api.ContentItem{{Digest: "sha256:1", Name: "default", AddedAt: time.Unix(0, 0)}}
}
