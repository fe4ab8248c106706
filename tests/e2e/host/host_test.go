// Package host tries the settings of a host on a real system: systemd, networkd, containerd, the trust store, a disk.
package host

import (
	"strings"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/tests/e2e/drive"
	"github.com/slipway-os/slipway/tests/e2e/suite"
	"github.com/slipway-os/slipway/tests/lab"
)

const gateway = "10.77.0.1"

// TestHost is the life of one host; each step leaves it fit for the next.
func TestHost(t *testing.T) {
	d := suite.Start(t, "e2e-host", 1)
	h := d.Host(1)
	at := func(step func(*testing.T, *lab.Host)) func(*testing.T) {
		return func(t *testing.T) { step(t, h) }
	}
	suite.Steps(t,
		suite.Step{Name: "proxy", Run: at(proxy)},
		suite.Step{Name: "proxy after a restart", Run: at(proxyAfterRestart)},
		suite.Step{Name: "missing kernel module", Run: at(missingModule)},
		suite.Step{Name: "dead DNS server is a warning", Run: at(deadDNS)},
		suite.Step{Name: "network comes back without the agent", Run: at(watchdog)},
		suite.Step{Name: "bridge over an adapter that nobody has set", Run: at(bridge)},
		suite.Step{Name: "management interface is locked from the network", Run: func(t *testing.T) { management(t, d, h) }},
		suite.Step{Name: "users are locked and deleted", Run: at(users)},
		suite.Step{Name: "console is locked", Run: at(console)},
		suite.Step{Name: "disk with data is no pool", Run: at(foreignDisk)},
		suite.Step{Name: "pool on an empty disk", Run: at(newPool)},
	)
}

// Feature 58: containerd runs with the proxy, its password is in no answer, no log and no process list; the authority is trusted.
func proxy(t *testing.T, h *lab.Host) {
	suite.Exec(t, h, `cd /root && printf 'se$cr3t' >pw && openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 30 -subj '/CN=Proxy CA' 2>/dev/null
systemctl start containerd`)
	suite.On(t, h, "", "host", "proxy", "set", "--http", "http://proxy.example:3128", "--proxy-user", "ada", "--proxy-password-file", "/root/pw",
		"--no-proxy", ".site.example", "--ca-file", "/root/ca.pem").OK(t)
	hasProxy(t, h)
	p := suite.OnJSON[api.Proxy](t, h, "host", "proxy", "show")
	if p.Http != "http://ada:********@proxy.example:3128" || len(p.Authorities) != 1 || !strings.Contains(strings.Join(p.Direct, " "), h.Address().String()) {
		t.Errorf("shown %+v", p)
	}
	suite.On(t, h, "", "host", "proxy", "set", "--http", "ftp://proxy").Refused(t, "http")
	if out := suite.Exec(t, h, `journalctl --no-pager | grep -c 'se$cr3t' || true; ps axww | grep -v grep | grep -c 'se$cr3t' || true; slipway audit | grep -c 'cr3t' || true`); strings.TrimSpace(out) != "0\n0\n0" {
		t.Errorf("the password is in the journal, the process list or the audit log: %q", out)
	}
}

func hasProxy(t *testing.T, h *lab.Host) {
	t.Helper()
	env := suite.Exec(t, h, `tr '\0' '\n' </proc/$(systemctl show --property=MainPID --value containerd)/environ; openssl verify /root/ca.pem; stat -c %a /var/lib/slipway/proxy.env; systemctl show containerd`)
	for _, want := range []string{"HTTP_PROXY=http://ada:se$cr3t@proxy.example:3128", "NO_PROXY=localhost,", ".site.example", "/root/ca.pem: OK", "\n600\n"} {
		if !strings.Contains(env, want) {
			t.Errorf("no %s in\n%s", want, env)
		}
	}
	if _, shown, _ := strings.Cut(env, "\n600\n"); strings.Contains(shown, "cr3t") {
		t.Error("systemd shows the password to everybody")
	}
}

// The trust store is forgotten by a reboot, where /etc is an overlay in memory.
func proxyAfterRestart(t *testing.T, h *lab.Host) {
	suite.Exec(t, h, `rm /etc/ssl/certs/slipway-proxy.pem && update-ca-certificates --fresh >/dev/null && rm /etc/ssl/certs/slipway-proxy.pem`)
	if err := h.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	suite.Until(t, time.Minute, func() (bool, error) {
		return strings.TrimSpace(suite.Exec(t, h, `systemctl is-active slipway-agent || true`)) == "active", nil
	})
	suite.Exec(t, h, `systemctl start containerd`)
	hasProxy(t, h)
	suite.On(t, h, "", "host", "proxy", "clear").OK(t)
	if out := suite.Exec(t, h, `ls /var/lib/slipway/proxy.env /etc/ssl/certs/slipway-proxy.pem /run/slipway/proxy.applied 2>/dev/null || true`); out != "" {
		t.Errorf("after clear there is %s", out)
	}
}

// A kernel that cannot make VLANs says so at once, with the name of what it lacks.
func missingModule(t *testing.T, h *lab.Host) {
	if suite.Exec(t, h, `ip link add link eth0 name probe type vlan id 7 2>/dev/null && ip link del probe && echo can || true`) != "" {
		t.Skip("this kernel can make VLANs")
	}
	begun := time.Now()
	suite.On(t, h, "", "network", "set", "eth0", "--vlan", "5", "--no-address").Refused(t, "its module 8021q is missing")
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("it took %s", took)
	}
}

func deadDNS(t *testing.T, h *lab.Host) {
	set := []string{"network", "set", "eth0", "--address", "10.77.0.61/24", "--gateway", gateway, "--dns", gateway + ",10.77.0.251", "--confirm-within", "30s"}
	try := suite.OnJSON[api.Try](t, h, set...)
	if len(try.Warnings) != 1 || !strings.Contains(try.Warnings[0], "10.77.0.251 of eth0 does not answer") {
		t.Errorf("%+v", try)
	}
	suite.On(t, h, "", "network", "cancel", try.Id).OK(t)
	atHome(t, h)
}

// watchdog: the agent is killed inside the window and cannot come back; systemd's timer puts the old settings back, also
// when systemd read its units anew meanwhile, as masking one does.
func watchdog(t *testing.T, h *lab.Host) {
	suite.OnJSON[api.Try](t, h, "network", "set", "eth0", "--address", "10.77.0.62/24", "--gateway", gateway, "--confirm-within", "12s")
	suite.Exec(t, h, `systemctl mask --runtime slipway-agent.service 2>/dev/null; systemctl kill --signal=KILL slipway-agent.service; ip -4 addr show eth0 | grep -q 10.77.0.62`)
	atHome(t, h)
	if out := suite.Exec(t, h, `systemctl is-active slipway-agent.service || true; ls /run/systemd/network | grep slipway-try || true`); strings.TrimSpace(out) == "active" || strings.Contains(out, "try") {
		t.Errorf("the agent or the candidate is there: %s", out)
	}
	suite.Exec(t, h, `systemctl unmask --runtime slipway-agent.service 2>/dev/null; systemctl start slipway-agent.service`)
	suite.Until(t, 20*time.Second, func() (bool, error) {
		return suite.OnJSON[api.Network](t, h, "network", "show").Try.State == api.RolledBack, nil
	})
}

// Feature 64: the member need not be set first.
func bridge(t *testing.T, h *lab.Host) {
	try := suite.OnJSON[api.Try](t, h, "network", "set", "br0", "--bridge", "--member", "eth0", "--address", "10.77.0.63/24", "--gateway", gateway, "--confirm-within", "60s")
	if out := suite.Exec(t, h, `ip -o link show eth0; ip -4 -o addr show br0`); !strings.Contains(out, "master br0") || !strings.Contains(out, "10.77.0.63/24") {
		t.Errorf("no bridge: %s", out)
	}
	suite.On(t, h, "", "network", "cancel", try.Id).OK(t)
	atHome(t, h)
}

// Feature 60 and Feature 65: who comes over the network does not take away the interface that was chosen to stay, neither by
// its settings nor by what is made of it. At the host it may be changed.
func management(t *testing.T, d *drive.Lab, h *lab.Host) {
	suite.On(t, h, "", "host", "management", "eth0").OK(t)
	over := func(args ...string) suite.Result {
		return suite.Workstation(t, d, d.Password, append(suite.Login(t, h), args...)...)
	}
	over("network", "set", "eth0", "--address", "10.77.0.64/24").Refused(t, "management interface")
	over("network", "set", "br0", "--bridge", "--member", "eth0", "--dhcp").Refused(t, "management interface")
	try := suite.OnJSON[api.Try](t, h, "network", "set", "eth0", "--address", "10.77.0.64/24", "--gateway", gateway, "--confirm-within", "30s")
	suite.On(t, h, "", "network", "cancel", try.Id).OK(t)
	atHome(t, h)
	suite.On(t, h, "", "host", "management").OK(t)
}

// atHome waits until the host has the address from DHCP alone.
func atHome(t *testing.T, h *lab.Host) {
	t.Helper()
	suite.Until(t, 40*time.Second, func() (bool, error) {
		out := suite.Exec(t, h, `ip -4 -o addr show eth0`)
		return strings.Contains(out, h.Address().String()+"/24") && strings.Count(out, "inet ") == 1, nil
	})
}

// Feature 28: the tools of the host do what the agent asks of them.
func users(t *testing.T, h *lab.Host) {
	suite.Exec(t, h, `printf 'seven green kettles' >/root/first`)
	ends := time.Now().AddDate(0, 1, 0).Format(time.DateOnly)
	suite.On(t, h, "", "user", "create", "ann", "--admin", "--new-password-file", "/root/first", "--password-ends", ends).OK(t)
	if out := suite.Exec(t, h, `slipway user list; LC_ALL=C chage -l ann`); !strings.Contains(out, "password until "+ends) || !strings.Contains(out, time.Now().AddDate(0, 1, 0).Format("Jan 02, 2006")) {
		t.Errorf("no end on %s: %s", ends, out)
	}
	suite.On(t, h, "", "user", "lock", "ann").OK(t)
	if out := suite.Exec(t, h, `grep ^ann: /etc/shadow | cut -c1-6; su -c true ann 2>&1 || echo refused`); !strings.Contains(out, "ann:!$") || !strings.Contains(out, "refused") {
		t.Errorf("not locked: %s", out)
	}
	suite.On(t, h, "", "user", "unlock", "ann").OK(t)
	suite.Exec(t, h, `su -c true ann`)
	suite.On(t, h, "", "user", "expire", "ann", "--on", "2020-01-01").Refused(t, "that day is over")
	suite.On(t, h, "", "user", "delete", "ann").OK(t)
	if out := suite.Exec(t, h, `getent passwd ann || echo gone; ls -d /home/ann 2>/dev/null || true`); strings.TrimSpace(out) != "gone" {
		t.Errorf("not deleted: %s", out)
	}
	admin := suite.OnJSON[[]api.User](t, h, "user", "list")[0].Name
	suite.On(t, h, "", "user", "delete", admin).Refused(t, "last administrator")
}

// Feature 38.
func console(t *testing.T, h *lab.Host) {
	for _, step := range []struct {
		command string
		locked  bool
	}{{"lock", true}, {"unlock", false}} {
		suite.On(t, h, "", "host", "console", step.command).OK(t)
		if got := suite.OnJSON[api.Host](t, h, "host", "show").ConsoleDisplayOnly; got != step.locked {
			t.Errorf("after %s: %v", step.command, got)
		}
	}
}

// Feature 66: a disk with anything on it stays as it is.
func foreignDisk(t *testing.T, h *lab.Host) {
	if err := h.AddDisk(t.Context(), "/dev/vdb", 12<<30); err != nil {
		t.Fatal(err)
	}
	create := func(disk, confirm string) suite.Result {
		return suite.On(t, h, "", "host", "pool", "create", disk, "--confirm", confirm)
	}
	create("/dev/vdb", "other").Refused(t, "confirm it with the host's name")
	create("/dev/vdz", h.Name()).Refused(t, "no disk")
	suite.Exec(t, h, `printf treasure | dd of=/dev/vdb bs=1 seek=65536 conv=notrunc,fsync status=none`)
	create("/dev/vdb", h.Name()).Refused(t, "data on it that no tool here knows")
	suite.Exec(t, h, `mkfs.ext4 -q -F /dev/vdb`)
	create("/dev/vdb", h.Name()).Refused(t, "data on it (ext4)")
	suite.Exec(t, h, `blkid --probe /dev/vdb | grep -q ext4; wipefs --all --quiet /dev/vdb; dd if=/dev/zero of=/dev/vdb bs=1M count=1 conv=notrunc,fsync status=none`)
}

// Feature 66: the pool is a file system of its own that is found by its label, and the agent works in it.
func newPool(t *testing.T, h *lab.Host) {
	suite.On(t, h, "", "host", "pool", "create", "/dev/vdb", "--confirm", h.Name()).OK(t)
	out := suite.Exec(t, h, `findmnt -n -o FSTYPE,OPTIONS /var/lib/slipway/pool; blkid -o value -s LABEL --probe /dev/vdb; ls /var/lib/slipway/pool; stat -c %a /var/lib/slipway/pool`)
	for _, want := range []string{"xfs", "noatime", "SLIPWAY_POOL", "uploads", "700"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %s in %s", want, out)
		}
	}
	host := suite.OnJSON[api.Host](t, h, "host", "show")
	if len(host.Disks) != 1 || host.Disks[0].Role != "pool" {
		t.Errorf("disks %+v", host.Disks)
	}
	suite.On(t, h, "", "host", "pool", "create", "/dev/vdb", "--confirm", h.Name()).Refused(t, "already, on /dev/vdb")
}
