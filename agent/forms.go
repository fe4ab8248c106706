package agent

import (
	"context"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiserver"
	"github.com/slipway-os/slipway/agent/cluster"
	"github.com/slipway-os/slipway/agent/cluster/preflight"
	"github.com/slipway-os/slipway/agent/profile"
)

// vipTimeout bounds one probe: three requests take two seconds.
const vipTimeout = 6 * time.Second

// forms answers what the wizard asks while one types. One probe runs at a time, so that a form cannot flood the network.
type forms struct {
	a       *Agent
	probing *sync.Mutex
}

// ProbeVIP asks the network whether somebody has the address.
func (f forms) ProbeVIP(ctx context.Context, address string) (api.VIPProbe, error) {
	vip, err := netip.ParseAddr(address)
	if err != nil || !vip.Is4() {
		return api.VIPProbe{}, apiserver.Errorf(http.StatusUnprocessableEntity, "cluster:vip", "%.45q is no IPv4 address; enter one such as 192.0.2.10.", address)
	}
	if !f.probing.TryLock() {
		return api.VIPProbe{}, apiserver.Errorf(http.StatusTooManyRequests, "cluster:vip-busy", "Another address is being probed; try again in a few seconds.")
	}
	defer f.probing.Unlock()
	ctx, cancel := context.WithTimeout(ctx, vipTimeout)
	defer cancel()
	mac, asked, err := preflight.ProbeVIP(ctx, vip.String())
	state, message := cluster.JudgeVIP(vip, f.a.clusterHosts(), cluster.Probed{Answer: mac, Asked: asked, Err: err})
	return api.VIPProbe{Address: vip.String(), State: api.VIPProbeState(state), Message: message}, nil
}

// NewCertificate makes a key pair for a variable of the form. The host keeps neither part.
func (f forms) NewCertificate(_ context.Context, commonName string) (api.NewCertificate, error) {
	certificate, key, err := profile.NewCertificate(commonName, f.a.now())
	if err != nil {
		return api.NewCertificate{}, apiserver.Errorf(http.StatusUnprocessableEntity, "cluster:certificate", "%v", err)
	}
	return api.NewCertificate{Certificate: string(certificate), Key: string(key)}, nil
}
