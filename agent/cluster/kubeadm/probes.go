package kubeadm

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

// probeLimit bounds one functional probe.
const probeLimit = 4 * time.Second

// Prober asks parts of the cluster for an answer, from this host.
type Prober interface {
	// DNS looks a name up at a server, "address:53".
	DNS(ctx context.Context, server, name string) error
	// Get wants the status 200 from a URL. caFile pins an https server; it is empty for http.
	Get(ctx context.Context, url, caFile string) error
}

// NetProber asks over the network.
type NetProber struct{}

// DNS implements Prober.
func (NetProber) DNS(ctx context.Context, server, name string) error {
	r := net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, network, server)
	}}
	addrs, err := r.LookupHost(ctx, name)
	if err == nil && len(addrs) == 0 {
		err = errors.New("no address for " + name)
	}
	return err
}

// Get implements Prober.
func (NetProber) Get(ctx context.Context, url, caFile string) error {
	transport := &http.Transport{DisableKeepAlives: true}
	if caFile != "" {
		pem, err := os.ReadFile(caFile)
		if err != nil {
			return err
		}
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(pem)
		transport.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := (&http.Client{Transport: transport}).Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10))
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, resp.Status)
	}
	return nil
}

// pendingError is a probe that has no result yet, or a step whose time has not come: nothing is wrong.
type pendingError string

func (p pendingError) Error() string { return string(p) }

func isPending(err error) bool {
	var p pendingError
	return errors.As(err, &p)
}

// probe runs all probes that the cluster has use for, at the same time, and returns what each said.
func (j *job) probe(ctx context.Context, items []apiObject) map[string]error {
	var mu sync.Mutex
	var wg sync.WaitGroup
	results := map[string]error{}
	for name, ask := range j.probes(items) {
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, probeLimit)
			defer cancel()
			err := ask(ctx)
			mu.Lock()
			defer mu.Unlock()
			results[name] = err
		})
	}
	wg.Wait()
	return results
}

func (j *job) probes(items []apiObject) map[string]func(context.Context) error {
	get := func(url, ca string) func(context.Context) error {
		return func(ctx context.Context) error { return j.opt.Prober.Get(ctx, url, ca) }
	}
	ca := j.path(caFile)
	all := map[string]func(context.Context) error{
		probeAPI:      get(j.apiURL("/readyz"), ca),
		probeRegistry: get(j.opt.RegistryURL+"/v2/", ""),
	}
	if service, err := serviceAddress(j.a.Config.ServiceCIDR, 1); err == nil {
		all[probeService] = get("https://"+service+"/readyz", ca)
	}
	if dns, err := serviceAddress(j.a.Config.ServiceCIDR, 10); err == nil {
		all[probeDNS] = func(ctx context.Context) error {
			return j.opt.Prober.DNS(ctx, dns+":53", "kubernetes.default.svc."+dnsDomain+".")
		}
	}
	all[probeNodes] = func(context.Context) error { return nodesReady(items) }
	all[probePodNetwork] = func(ctx context.Context) error { return j.askPods(ctx, items) }
	if j.a.Config.RegistryPort() != 0 {
		all[probeRegistry] = get("https://"+registryAt(j.a, j.registryProbed())+"/v2/", ca)
	}
	if j.a.Config.Endpoint != "" {
		all[probeEndpoint] = get("https://"+j.a.Config.Endpoint+"/readyz", ca)
	}
	if j.a.Config.VIP != "" {
		all[probeVIP] = get(fmt.Sprintf("https://%s:%d/readyz", j.a.Config.VIP, apiPort), ca)
	}
	if _, ok := j.packOfLayer("csi"); ok {
		all[probeVolume] = j.volumeResult
	}
	return all
}

// registryProbed is the host whose registry is asked: with a load balancer this one, since it need not lead to the registry.
func (j *job) registryProbed() string {
	if j.a.Config.VIP != "" {
		return j.a.Config.VIP
	}
	return j.a.Node.Address
}

func nodesReady(items []apiObject) error {
	for _, n := range nodeStatuses(items) {
		if !n.Ready {
			return pendingError("node " + n.Name + " is not ready: " + n.Reason)
		}
	}
	return nil
}

// corednsReady is the port of CoreDNS' ready plugin, as kubeadm's Corefile sets it up.
const corednsReady = 8181

// askPods asks CoreDNS at its pods' own addresses, wherever they run: that takes the pod network between the hosts.
func (j *job) askPods(ctx context.Context, items []apiObject) error {
	asked := 0
	for _, o := range items {
		if o.Kind != "Pod" || o.Metadata.Labels["k8s-app"] != "kube-dns" || o.Status.PodIP == "" {
			continue
		}
		if c, ok := o.condition("Ready"); !ok || c.Status != "True" {
			continue
		}
		asked++
		if err := j.opt.Prober.Get(ctx, fmt.Sprintf("http://%s:%d/ready", o.Status.PodIP, corednsReady), ""); err != nil {
			return fmt.Errorf("pod %s on %s: %w", o.Metadata.Name, o.Spec.NodeName, err)
		}
	}
	if asked == 0 {
		return pendingError("no pod of CoreDNS is ready to be asked")
	}
	return nil
}
