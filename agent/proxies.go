package agent

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"time"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiserver"
	"github.com/slipway-os/slipway/agent/cluster"
	"github.com/slipway-os/slipway/agent/proxy"
	"github.com/slipway-os/slipway/agent/state"
	"github.com/slipway-os/slipway/agent/systemd"
	"github.com/slipway-os/slipway/linking"
)

// proxies shows package proxy through the API.
type proxies struct{ a *Agent }

// proxyLimit is how long putting the proxy in place may take: containerd restarts within seconds.
const proxyLimit = 60 * time.Second

// openProxy puts back what a reboot forgot, where the agent owns the machine.
func (a *Agent) openProxy(ctx context.Context, db *state.DB) error {
	if !a.cfg.onHost() {
		return nil
	}
	a.proxy = &proxy.Host{Root: a.cfg.Root, Units: systemd.Client{}, Store: db.Bucket("host"), Own: a.reachedDirectly}
	a.expected, _ = a.engine.Assignment()
	a.restoreProxy(ctx)
	return nil
}

// restoreProxy is for every change of what is reached directly; without a proxy it does nothing.
func (a *Agent) restoreProxy(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, proxyLimit)
	defer cancel()
	if err := a.proxy.Restore(ctx); err != nil {
		a.log.Error("the proxy settings are not in place; they are tried again", "error", err)
	}
}

// reachedDirectly is the group and the cluster.
func (a *Agent) reachedDirectly() []string {
	a.mu.Lock()
	as := a.expected
	a.mu.Unlock()
	return direct(a.members(), as)
}

// direct are the addresses and networks that no proxy may come between.
func direct(members []linking.Member, as cluster.Assignment) (out []string) {
	for _, m := range members {
		out = append(out, m.Addresses...)
	}
	for _, x := range []string{as.Config.VIP, as.Config.EndpointHost(), as.Config.PodCIDR, as.Config.ServiceCIDR} {
		if x != "" {
			out = append(out, x)
		}
	}
	for _, n := range as.Peers {
		out = append(out, n.Address)
	}
	return out
}

// expectCluster makes the proxy leave a cluster alone before this host begins with it: containerd restarts now, if at all.
func (a *Agent) expectCluster(as cluster.Assignment) {
	a.mu.Lock()
	known := reflect.DeepEqual(a.expected.Config, as.Config) && reflect.DeepEqual(a.expected.Peers, as.Peers)
	a.expected = as
	a.mu.Unlock()
	if !known && a.proxy != nil {
		a.restoreProxy(context.Background())
	}
}

// runProxy follows the group: its hosts come and go, and change their addresses.
func (a *Agent) runProxy(ctx context.Context) error {
	t := time.NewTicker(10 * time.Second)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
			a.restoreProxy(ctx)
		}
	}
}

var errProxyNotOwned = apiserver.Errorf(http.StatusConflict, "host:not-owned", "This agent does not own the machine (--root), so it sets no proxy for it.")

func (p proxies) Show(context.Context) (api.Proxy, error) {
	out := api.Proxy{NoProxy: []string{}, Direct: []string{}, Authorities: []api.Authority{}}
	if p.a.proxy == nil {
		return out, nil
	}
	s, err := p.a.proxy.Settings()
	if err != nil {
		return out, err
	}
	shown := s.Masked()
	out.Http, out.Https, out.Ca, out.Direct = shown.HTTP, shown.HTTPS, shown.CA, s.Direct(p.a.reachedDirectly())
	out.NoProxy = append(out.NoProxy, s.NoProxy...)
	certificates, err := proxy.Certificates(s.CA, time.Time{}) // also those that have ended since
	for _, c := range certificates {
		out.Authorities = append(out.Authorities, api.Authority{Subject: c.Subject.String(), NotAfter: c.NotAfter})
	}
	return out, err
}

// read gives the settings of a request the passwords that are set.
func (p proxies) read(r api.ProxySettings) (old, next proxy.Settings, err error) {
	if p.a.proxy == nil {
		return old, next, errProxyNotOwned
	}
	old, err = p.a.proxy.Settings()
	next = proxy.Settings{HTTP: r.Http, HTTPS: r.Https, NoProxy: r.NoProxy, CA: r.Ca}
	return old, next.WithPasswords(old), err
}

func (p proxies) Preview(_ context.Context, r api.ProxySettings) (api.NetworkPreview, error) {
	out := api.NetworkPreview{Lines: []api.DiffLine{}, Problems: []api.FieldProblem{}}
	old, next, err := p.read(r)
	if err != nil {
		return out, err
	}
	for _, x := range next.Check(p.a.now()) {
		out.Problems = append(out.Problems, api.FieldProblem{Field: x.Field, Message: x.Message})
	}
	if len(out.Problems) > 0 {
		return out, nil
	}
	for _, l := range proxy.Diff(old, next) {
		out.Lines = append(out.Lines, api.DiffLine{Setting: l.Setting, Old: l.Old, New: l.New})
	}
	return out, nil
}

func (p proxies) Set(ctx context.Context, r api.ProxySettings) error {
	_, next, err := p.read(r)
	if err != nil {
		return err
	}
	// Once begun it ends, also when who asked has gone: a restart may take the connection along.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), proxyLimit)
	defer cancel()
	err = p.a.proxy.Set(ctx, next, p.a.now())
	var problems proxy.Problems
	if errors.As(err, &problems) {
		return apiserver.Errorf(http.StatusUnprocessableEntity, "host:proxy", "%s.", problems)
	}
	return err
}
