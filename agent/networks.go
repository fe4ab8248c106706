package agent

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"time"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiserver"
	"github.com/slipway-os/slipway/agent/network"
	"github.com/slipway-os/slipway/agent/network/engine"
	"github.com/slipway-os/slipway/agent/network/networkd"
	"github.com/slipway-os/slipway/agent/network/rtnl"
	"github.com/slipway-os/slipway/agent/state"
	"github.com/slipway-os/slipway/agent/systemd"
)

// networks shows the network engine through the API.
type networks struct{ a *Agent }

// openNetwork makes the engine, where the agent owns the machine; elsewhere the network is view only.
func (a *Agent) openNetwork(_ context.Context, db *state.DB) error {
	if !a.cfg.onHost() {
		return nil
	}
	var kernel rtnl.Reader
	a.network = engine.New(engine.Deps{
		Configurer: networkd.New("", kernel, a.log), Verifier: kernel, Watchdog: networkd.NewWatchdog(), Observer: kernel, Hostnames: systemd.Client{},
		Leader: a.leaderAnswers, Changed: func(network.State) { a.changed(); a.publishGroup() }, Log: a.log,
	}, db.Bucket("network"))
	return nil
}

var errViewOnly = apiserver.Errorf(http.StatusConflict, "network:view-only", "This agent does not own the machine (--root), so its network can only be looked at.")

func (n networks) Show(ctx context.Context) (api.Network, error) {
	list, err := n.a.sysinfo.Adapters()
	out := api.Network{Hostname: hostName(), Adapters: apiAdapters(list)}
	if err != nil || n.a.network == nil {
		return out, err
	}
	v, err := n.a.network.Show(ctx)
	if err != nil {
		return out, err
	}
	out.Confirmed, out.Trouble = apiSettings(v.Confirmed), v.Trouble
	if v.Candidate != nil {
		out.Candidate = apiSettings(*v.Candidate)
	}
	if v.Try != nil {
		out.Try = apiTry(*v.Try)
	}
	return out, nil
}

// Preview resolves, validates and compares, as Start would.
func (n networks) Preview(ctx context.Context, c api.NetworkChange) (api.NetworkPreview, error) {
	out := api.NetworkPreview{Lines: []api.DiffLine{}, Problems: []api.FieldProblem{}}
	if n.a.network == nil {
		return out, errViewOnly
	}
	v, err := n.a.network.Show(ctx)
	if err != nil {
		return out, err
	}
	change, problems := networkChange(c)
	if len(problems) == 0 {
		change, err = change.Resolve(v.Confirmed, v.Observed)
		if !errors.As(err, &problems) && err != nil {
			return out, err
		}
	}
	if len(problems) == 0 {
		next := v.Confirmed.With(change)
		if err := next.Validate(); !errors.As(err, &problems) && err != nil {
			return out, err
		}
		for _, l := range network.Diff(v.Confirmed, next) {
			out.Lines = append(out.Lines, api.DiffLine{Adapter: l.Adapter, Setting: l.Setting, Old: l.Old, New: l.New})
		}
	}
	for _, p := range problems {
		out.Problems = append(out.Problems, api.FieldProblem{Adapter: p.Adapter, Field: p.Field, Message: p.Message})
	}
	return out, nil
}

func (n networks) Start(ctx context.Context, c api.NetworkChange) (api.Try, error) {
	if n.a.network == nil {
		return api.Try{}, errViewOnly
	}
	change, problems := networkChange(c)
	if len(problems) > 0 {
		return api.Try{}, networkError(problems)
	}
	if err := n.locked(ctx, change); err != nil {
		return api.Try{}, err
	}
	t, err := n.a.network.Propose(ctx, change, time.Duration(c.ConfirmWithinSeconds)*time.Second)
	return apiTry(t), networkError(err)
}

// locked refuses changes of an adapter that something depends on, and of what it lies on. A change that is wrong in itself is
// refused by whoever starts it.
func (n networks) locked(ctx context.Context, c network.Change) error {
	v, err := n.a.network.Show(ctx)
	if err != nil {
		return err
	}
	if c, err = c.Resolve(v.Confirmed, v.Observed); err != nil {
		return nil //nolint:nilerr // said by the start
	}
	next := v.Confirmed.With(c)
	// The cluster's: its node address is in certificates and etcd.
	if n.a.inCluster() {
		as, _ := n.a.engine.Assignment()
		if network.Touches(v.Confirmed, next, as.Node.Adapter) {
			return apiserver.Errorf(http.StatusConflict, "network:in-cluster", "Adapter %s carries cluster %s, whose certificates and etcd name its address %s, and this changes it, or what it lies on; delete the cluster first, or change another adapter.", as.Node.Adapter, as.Config.Name, as.Node.Address)
		}
	}
	// The chosen management interface, for who comes over the network: it was chosen to be the way that stays. At the
	// console, or as root on the host, it may be changed.
	if chosen := n.a.management(); chosen != "" && apiserver.CallerFrom(ctx).Via == "https" && network.Touches(v.Confirmed, next, chosen) {
		return apiserver.Errorf(http.StatusConflict, "network:management", "Adapter %s is the management interface, which is locked from the network: choose another management interface first, or change it at the console of the host.", chosen)
	}
	return nil
}

func (n networks) Confirm(ctx context.Context, id string, opened time.Time) (api.Try, error) {
	if n.a.network == nil {
		return api.Try{}, errViewOnly
	}
	t, err := n.a.network.Confirm(ctx, id, opened)
	return apiTry(t), networkError(err)
}

func (n networks) Cancel(ctx context.Context, id string) (api.Try, error) {
	if n.a.network == nil {
		return api.Try{}, errViewOnly
	}
	t, err := n.a.network.Cancel(ctx, id)
	return apiTry(t), networkError(err)
}

func (n networks) SetHostname(ctx context.Context, name string) error {
	if n.a.network == nil {
		return errViewOnly
	}
	if n.a.inCluster() {
		return apiserver.Errorf(http.StatusConflict, "network:in-cluster", "This host is a node of a cluster, which knows it by its name; delete the cluster first.")
	}
	err := networkError(n.a.network.SetHostname(ctx, name))
	n.a.changed()
	return err
}

// leaderAnswers says whether this host's leader can be reached; without a leader all is well.
func (a *Agent) leaderAnswers(ctx context.Context) error {
	for _, p := range a.peers() {
		if !p.Leader {
			continue
		}
		var last error
		for _, u := range p.URLs {
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, u+"/api/v1/health", nil)
			if err != nil {
				return err
			}
			resp, err := p.Client.Do(req)
			if err == nil {
				_ = resp.Body.Close()
				return nil
			}
			last = err
		}
		return last
	}
	return nil
}

func networkError(err error) error {
	var refusal *network.Refusal
	var problems network.Problems
	switch {
	case errors.As(err, &refusal):
		return apiserver.Errorf(http.StatusConflict, "network:"+string(refusal.Kind), "%s", refusal.Message)
	case errors.As(err, &problems):
		return apiserver.Errorf(http.StatusUnprocessableEntity, "network:settings", "%v", problems)
	}
	return err
}

func apiTry(t network.Try) api.Try {
	return api.Try{Id: t.ID, State: api.TryState(t.State), Deadline: t.Deadline, Reason: t.Reason, Warnings: t.Warnings}
}

func apiSettings(s network.Settings) []api.AdapterSettings {
	out := []api.AdapterSettings{}
	for _, a := range s.Adapters {
		x := api.AdapterSettings{Name: a.Name, Dhcp: a.DHCP, Search: a.Search, Mtu: a.MTU, Ipv6: api.AdapterSettingsIpv6(a.IPv6),
			Gateway: addrText(a.Gateway), Gateway6: addrText(a.Gateway6)}
		for _, p := range a.Addresses {
			x.Addresses = append(x.Addresses, p.String())
		}
		for _, d := range a.DNS {
			x.Dns = append(x.Dns, d.String())
		}
		if a.VLAN != nil {
			x.Vlan = api.VLAN{Id: a.VLAN.ID, Parent: a.VLAN.Parent}
		}
		if a.Bond != nil {
			x.Bond = api.Bond{Mode: a.Bond.Mode, MonitorMillis: a.Bond.MonitorMillis, Members: a.Bond.Members}
		}
		if a.Bridge != nil {
			x.Bridge = api.Bridge{Stp: a.Bridge.STP, Members: a.Bridge.Members}
		}
		out = append(out, x)
	}
	return out
}

func addrText(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

// networkChange reads what a client sent; what is no address is a problem of its field.
func networkChange(c api.NetworkChange) (network.Change, network.Problems) {
	out := network.Change{Remove: c.Remove}
	var bad network.Problems
	for _, s := range c.Set {
		a := network.Adapter{Name: s.Name, DHCP: s.Dhcp, Search: s.Search, MTU: s.Mtu, IPv6: network.IPv6Mode(s.Ipv6)}
		wrong := func(field, text, want string) {
			bad = append(bad, network.Problem{Adapter: s.Name, Field: field, Message: "\"" + text + "\" is not " + want})
		}
		for _, text := range s.Addresses {
			p, err := netip.ParsePrefix(text)
			if err != nil {
				wrong("addresses", text, "an address with its prefix length, such as 192.168.1.10/24")
			}
			a.Addresses = append(a.Addresses, p)
		}
		address := func(field, text string) (ip netip.Addr) {
			if text == "" {
				return ip
			}
			ip, err := netip.ParseAddr(text)
			if err != nil {
				wrong(field, text, "an IP address")
			}
			return ip
		}
		a.Gateway, a.Gateway6 = address("gateway", s.Gateway), address("gateway6", s.Gateway6)
		for _, text := range s.Dns {
			a.DNS = append(a.DNS, address("dns", text))
		}
		if s.Vlan.Parent != "" {
			a.VLAN = &network.VLAN{ID: s.Vlan.Id, Parent: s.Vlan.Parent}
		}
		if s.Bond.Mode != "" {
			a.Bond = &network.Bond{Mode: s.Bond.Mode, MonitorMillis: s.Bond.MonitorMillis, Members: s.Bond.Members}
		}
		if len(s.Bridge.Members) > 0 || s.Bridge.Stp {
			a.Bridge = &network.Bridge{STP: s.Bridge.Stp, Members: s.Bridge.Members}
		}
		out.Set = append(out.Set, a)
	}
	return out, bad
}
