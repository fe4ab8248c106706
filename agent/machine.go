package agent

import (
	"context"
	"encoding/json"
	"io"
	"log"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiserver"
	"github.com/slipway-os/slipway/agent/cluster"
	"github.com/slipway-os/slipway/agent/cluster/kubeadm"
	"github.com/slipway-os/slipway/agent/content/store"
	"github.com/slipway-os/slipway/agent/host"
	"github.com/slipway-os/slipway/agent/host/sysinfo"
	"github.com/slipway-os/slipway/agent/kairos"
	"github.com/slipway-os/slipway/agent/ops"
	"github.com/slipway-os/slipway/agent/systemd"
	"github.com/slipway-os/slipway/linking"
)

// Kinds of operations on the host.
const (
	opPower = "host.power"
	opClean = "host.clean"
)

// machine shows this host through the API.
type machine struct{ a *Agent }

// Show reads everything anew: what the screen shows is what is.
func (m machine) Show(context.Context) (api.Host, error) {
	f, err := m.a.sysinfo.Read()
	if err != nil {
		m.a.log.Warn("host facts are incomplete", "error", err)
	}
	out := api.Host{Id: m.a.identity.ID, Name: f.Name, Status: api.HostStatus(statusOf(m.a.inCluster())), AgentVersion: m.a.cfg.Version,
		Addresses: host.Addresses(host.Preferred(f.Adapters, m.a.management())), Fingerprint: m.a.identity.Pin, Adapters: apiAdapters(f.Adapters), Cpus: f.CPUs,
		MemoryBytes: f.MemoryBytes, Disks: []api.Disk{}, Os: f.OS, Kernel: f.Kernel, UptimeSeconds: f.UptimeSeconds,
		Product: f.Product, CpuModel: f.CPUModel, Warnings: []api.Warning{}, Clock: api.Clock{Time: time.Now().UTC(), Synchronized: sysinfo.ClockSynchronized(), Servers: m.a.timeServers()}}
	out.ManagementAdapter, out.ConsoleDisplayOnly = m.a.management(), m.a.displayOnly()
	out.Tags, out.ManagementMode, out.Configuration, out.UserDataForm = m.a.tags(), api.Local, m.a.configuration(), m.a.cfg.UserDataForm
	out.SecureBoot, out.Gpus = api.HostSecureBoot(f.SecureBoot), f.GPUs
	out.Health, out.HealthReason = m.a.health(err)
	for _, w := range host.Warnings(f) {
		out.Warnings = append(out.Warnings, api.Warning{Id: w.ID, Message: w.Message, Fix: w.Fix})
	}
	if w, soon := m.a.certificateWarning(); soon {
		out.Warnings = append(out.Warnings, w)
	}
	if out.Addresses == nil {
		out.Addresses = []string{}
	}
	for _, d := range f.Disks {
		out.Disks = append(out.Disks, apiDisk(d))
	}
	return out, nil
}

func apiAdapters(list []host.Adapter) []api.Adapter {
	out := []api.Adapter{}
	for _, x := range list {
		a := api.Adapter{Name: x.Name, Mac: x.MAC, Addresses: []string{}, Dhcp: x.DHCP, Mtu: x.MTU, Gateway: x.Gateway, Dns: x.DNS, Carrier: x.Carrier, Driver: x.Driver,
			Gateway6: x.Gateway6, DefaultRoute: x.Default}
		for _, p := range x.Addresses {
			a.Addresses = append(a.Addresses, p.String())
		}
		if a.Dns == nil {
			a.Dns = []string{}
		}
		out = append(out, a)
	}
	return out
}

// Power reboots or turns off as an operation, so that the answer leaves before the host does.
func (m machine) Power(_ context.Context, r api.PowerRequest) (api.Operation, error) {
	if !m.a.cfg.onHost() {
		return api.Operation{}, apiserver.Errorf(409, "host:not-owned", "This agent runs beside other things on the machine (--root), so it does not switch it off.")
	}
	if r.Action == api.Reset {
		if err := checkReset(r); err != nil {
			return api.Operation{}, err
		}
	}
	return m.a.operations.start(opPower, "Power: "+string(r.Action), powerInput{r.Action, bootID()})
}

// Clean runs as an operation; a host that is in a cluster is cleaned by deleting the cluster.
func (m machine) Clean(context.Context) (api.Operation, error) {
	if m.a.engine == nil {
		return api.Operation{}, apiserver.Errorf(409, "host:not-owned", "This agent runs beside other things on the machine (--root), so it takes nothing away.")
	}
	if m.a.inCluster() {
		return api.Operation{}, apiserver.Errorf(409, "host:in-cluster", "This host is in a cluster; delete the cluster instead: slipway cluster delete.")
	}
	return m.a.operations.start(opClean, "Take away what an earlier Kubernetes left", nil)
}

// installed is this host's installation, if it has one.
var installed = kairos.Client{Root: "/", Command: "kairos-agent"}

// checkReset makes sure that it is this host that the user wants to lose everything on.
func checkReset(r api.PowerRequest) error {
	if !installed.Installed() {
		return apiserver.Errorf(409, "host:reset", "%s.", kairos.ErrNotInstalled)
	}
	if r.Confirm != hostName() {
		return apiserver.Errorf(400, "host:reset-confirm", "A reset loses everything on this host: confirm it with the host's name, %s.", hostName())
	}
	return nil
}

// powerInput names the boot it was asked in, so that an agent that died while asking does not reboot the host for ever.
type powerInput struct {
	Action api.PowerRequestAction `json:"action"`
	Boot   string                 `json:"boot"`
}

// bootID changes with every boot (random(4)).
func bootID() string {
	b, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	return strings.TrimSpace(string(b))
}

func (a *Agent) registerPower() {
	a.ops.Register(opClean, func(_ context.Context, h *ops.Handle, _ json.RawMessage) error {
		return h.Step("clean", func(ctx context.Context) error {
			return a.engine.Clean(ctx, func(step string) { h.Message("clean", step) })
		})
	})
	a.ops.Register(opPower, func(_ context.Context, h *ops.Handle, raw json.RawMessage) error {
		return step(h, "ask systemd", raw, func(r powerInput) error {
			if r.Boot != bootID() {
				return nil // asked in an earlier boot: it has happened
			}
			ctx, cancel := context.WithTimeout(context.Background(), stopTimeout*5)
			defer cancel()
			switch r.Action {
			case api.Shutdown:
				return systemd.Client{}.PowerOff(ctx)
			case api.Reset:
				if err := installed.ResetOnce(ctx); err != nil {
					return err
				}
			}
			return systemd.Client{}.Reboot(ctx)
		})
	})
}

func hostName() string {
	name, _ := os.Hostname()
	return name
}

// addresses of this host, best first.
func (a *Agent) addresses() []string {
	list, err := a.sysinfo.Adapters()
	if err != nil {
		a.log.Warn("adapters could not be read", "error", err)
	}
	return host.Addresses(host.Preferred(list, a.management()))
}

// self is how others reach this host.
func (a *Agent) self() linking.Member {
	addresses := a.addresses()
	if len(addresses) > linking.MaxAddresses {
		addresses = addresses[:linking.MaxAddresses]
	}
	if !a.cfg.onHost() {
		addresses = append([]string{"127.0.0.1"}, addresses...)
	}
	return linking.Member{ID: a.identity.ID, Name: hostName(), Addresses: addresses, Port: a.port}
}

// health says whether this host can do its work, and why not; facts is the error of reading them.
func (a *Agent) health(facts error) (health, reason string) {
	if s, err := a.store.Space(); err == nil && s.FreeBytes <= 0 {
		return "Unhealthy", "the storage pool is full"
	}
	if facts != nil {
		return "Unhealthy", facts.Error()
	}
	return "Healthy", ""
}

// hostReport is what this host says about itself.
func (a *Agent) hostReport() hostReport {
	f, err := a.sysinfo.Read()
	r := hostReport{Host: cluster.Host{ID: a.identity.ID, Name: hostName(), InUse: a.inCluster(), Connected: true, Version: a.cfg.Version}}
	r.Health, r.HealthReason = a.health(err)
	r.Tags = a.tags()
	for _, d := range f.Disks {
		if d.Role == host.RolePool {
			r.Host.PoolDrive = &cluster.Drive{Path: d.Path, Serial: d.Serial}
		}
	}
	for _, x := range f.Adapters {
		c := cluster.AdapterFacts{Name: x.Name, MAC: x.MAC, Carrier: x.Carrier, MTU: x.MTU, DefaultRoute: x.Gateway != "", Prefixes: []string{}}
		for _, p := range x.Addresses {
			if p.Addr().Is4() && p.Bits() < 32 {
				c.Prefixes = append(c.Prefixes, p.String())
			}
		}
		r.Host.Adapters = append(r.Host.Adapters, c)
		for _, d := range x.DNS {
			if ip, err := netip.ParseAddr(d); err == nil {
				r.Host.DNSServers = append(r.Host.DNSServers, ip.String())
			}
		}
	}
	return r
}

// packs gives the engine the packs of the store.
type packs struct{ s *store.Store }

func (p packs) Pack(digest string) (kubeadm.PackConfig, []kubeadm.PackFile, error) {
	c, files, err := p.s.Pack(digest)
	if err != nil {
		return kubeadm.PackConfig{}, nil, err
	}
	out := make([]kubeadm.PackFile, len(files))
	for i, f := range files {
		out[i] = kubeadm.PackFile{Title: f.Title, Mode: os.FileMode(f.Mode), SizeBytes: f.SizeBytes}
	}
	return kubeadm.PackConfig(c), out, nil
}

func (p packs) Open(packDigest, title string) (io.ReadCloser, error) {
	return p.s.OpenFile(packDigest, title)
}

// quiet sends the http server's own complaints (broken handshakes and the like) to the debug level.
func quiet(l *slog.Logger) *log.Logger { return slog.NewLogLogger(l.Handler(), slog.LevelDebug) }

// URLs are where a browser finds the Local UI.
func URLs(addresses []string, port int) []string {
	var out []string
	for _, x := range addresses {
		if !strings.Contains(x, "%") {
			out = append(out, "https://"+net.JoinHostPort(x, strconv.Itoa(port)))
		}
	}
	return out
}

func apiDisk(d host.Disk) api.Disk {
	out := api.Disk{Path: d.Path, SizeBytes: d.SizeBytes, Model: d.Model, Serial: d.Serial, Role: d.Role, Removable: d.Removable}
	for _, p := range d.Parts {
		out.Partitions = append(out.Partitions, api.Partition{Path: p.Path, Type: p.Type, Label: p.Label, SizeBytes: p.SizeBytes, Mount: p.Target})
	}
	return out
}
