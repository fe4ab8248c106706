package agent

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/slipway-os/slipway/agent/content/registry"
)

// registryTick is how often a host looks whether it is to serve the cluster's registry.
const registryTick = time.Second

// renewBefore is how long before its end the registry's certificate is made anew.
const renewBefore = 30 * 24 * time.Hour

// runClusterRegistry serves the images of the content at the port that the cluster asks for, while this host is one of its
// control-plane hosts, so that they are found at the VIP. It is read only and asks nobody's name, as the pods of the cluster see
// these images anyway; the variable inClusterRegistry switches it off.
//
//	joined --> listening --(another port, deleted)--> closed
func (a *Agent) runClusterRegistry(ctx context.Context) error {
	t := time.NewTicker(registryTick)
	defer t.Stop()
	stop, now, said := func() {}, "", ""
	for {
		port, id := a.engine.RegistryPort()
		want := ""
		if port != 0 {
			want = fmt.Sprintf("%s:%d", id, port)
		}
		if want != now {
			stop()
			stop, now = func() {}, ""
			if port != 0 {
				end, err := a.serveRegistry(ctx, port)
				switch {
				case err == nil:
					stop, now, said = end, want, ""
				case err.Error() != said:
					said = err.Error()
					a.log.Error("the in-cluster registry cannot be served; it is tried again", "port", port, "error", err)
				}
			}
		}
		select {
		case <-ctx.Done():
			stop()
			return nil
		case <-t.C:
		}
	}
}

// serveRegistry listens until stop is called, which waits for the end.
func (a *Agent) serveRegistry(ctx context.Context, port int) (stop func(), err error) {
	cert := &renewing{make: a.engine.RegistryCertificate, now: a.now}
	if _, err := cert.get(nil); err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", fmt.Sprintf(":%d", port))
	if err != nil {
		return nil, err
	}
	server := a.server(registry.New(a.store, a.sync, a.log))
	server.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: cert.get}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := (&listener{l, server, true}).serve(ctx); err != nil && !errors.Is(err, http.ErrServerClosed) {
			a.log.Error("the in-cluster registry ended", "error", err)
		}
	}()
	a.log.Info("in-cluster registry", "port", port)
	return func() { cancel(); <-ended }, nil
}

// renewing is a certificate that is made when it is first needed, and again before it ends.
type renewing struct {
	make func() (*tls.Certificate, error)
	now  func() time.Time

	mu   sync.Mutex
	cert *tls.Certificate
}

func (r *renewing) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.cert != nil && r.now().Add(renewBefore).Before(r.cert.Leaf.NotAfter) {
		return r.cert, nil
	}
	cert, err := r.make()
	if err != nil {
		if r.cert != nil {
			return r.cert, nil // good for a while yet
		}
		return nil, err
	}
	r.cert = cert
	return cert, nil
}
