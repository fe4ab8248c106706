package agent

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/user"
	"strconv"
	gosync "sync"
	"time"

	"github.com/slipway-os/slipway/agent/apiserver"
	"github.com/slipway-os/slipway/agent/auth"
	"github.com/slipway-os/slipway/agent/content/registry"
	"github.com/slipway-os/slipway/agent/content/sync"
	"github.com/slipway-os/slipway/localui"
)

// uploadsPath is where clients send content bundles by tus.
const uploadsPath = "/api/v1/uploads/"

// stopTimeout is how long open requests may go on when the agent stops.
const stopTimeout = 2 * time.Second

type listener struct {
	net.Listener
	server *http.Server
	tls    bool
}

// serve answers until ctx ends.
func (l *listener) serve(ctx context.Context) error {
	l.server.BaseContext = func(net.Listener) context.Context { return ctx }
	stopped := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(stopped)
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
		defer cancel()
		if l.server.Shutdown(end) != nil {
			_ = l.server.Close()
		}
	})
	var err error
	if l.tls {
		err = l.server.ServeTLS(l.Listener, "", "")
	} else {
		err = l.server.Serve(l.Listener)
	}
	if !errors.Is(err, http.ErrServerClosed) {
		stop()
		return err
	}
	<-stopped
	return nil
}

// listen opens the socket, the https port and the registry of this host.
func (a *Agent) listen() ([]*listener, error) {
	handler := apiserver.New(a.services(), a.log)
	unix, err := a.listenSocket()
	if err != nil {
		return nil, err
	}
	https, err := net.Listen("tcp", a.cfg.Listen)
	if err != nil {
		return nil, fmt.Errorf("the Local UI cannot listen on %s: %w; stop what holds the port, or set listen in %s", a.cfg.Listen, err, a.cfg.path("etc/slipway/agent.yaml"))
	}
	a.port = https.Addr().(*net.TCPAddr).Port
	reg, err := net.Listen("tcp", a.cfg.RegistryListen)
	if err != nil {
		return nil, fmt.Errorf("the registry cannot listen on %s: %w; set registryListen in %s", a.cfg.RegistryListen, err, a.cfg.path("etc/slipway/agent.yaml"))
	}
	a.registry = reg.Addr().String()
	secure := a.server(handler)
	secure.TLSConfig = a.identity.ServerTLS(a.certificate.Own)
	secure.HTTP2 = &http.HTTP2Config{MaxReceiveBufferPerConnection: 16 << 20, MaxReceiveBufferPerStream: 8 << 20} // uploads over links with latency
	plain := a.server(handler)
	return []*listener{{unix, plain, false}, {https, secure, true}, {reg, a.server(registry.New(a.store, a.sync, a.log)), false}}, nil
}

// server has no read or write timeout: uploads and event streams take as long as they take; headers do not.
func (a *Agent) server(h http.Handler) *http.Server {
	return &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10, ConnContext: apiserver.ConnContext,
		ErrorLog: quiet(a.log)}
}

// listenSocket makes the socket that root and group slipway may open.
func (a *Agent) listenSocket() (net.Listener, error) {
	path := a.cfg.socket()
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	if g, err := user.LookupGroup(auth.SocketGroup); err == nil && a.cfg.onHost() {
		gid, _ := strconv.Atoi(g.Gid)
		if err := os.Chown(path, 0, gid); err != nil {
			return nil, err
		}
	}
	return l, os.Chmod(path, 0o660)
}

func (a *Agent) services() apiserver.Services {
	peer := http.NewServeMux()
	blobs := a.node.RequirePeer(sync.Handler(a.store, sync.DefaultUploads))
	peer.Handle("/peer/v1/blobs/", blobs)
	peer.Handle("/peer/v1/have", blobs)
	peer.Handle(peerClusterPath, a.node.RequirePeer(clusterViews{a}.peerHandler()))
	peer.Handle("/peer/v1/", a.node.Handler())
	return apiserver.Services{
		Views: clusterViews{a},
		Keys:  userKeys{a.auth}, Certificate: certificates{a}, Theme: themes{a}, Pages: themes{a},
		Version: a.cfg.Version, KnownAs: a.knownAs, Sessions: sessions{a.auth}, Users: users{a.auth}, Host: machine{a}, Network: networks{a}, Proxy: proxies{a}, Equipment: equipment{a}, UserData: userDatas{a, new(gosync.Mutex)}, About: about{a}, Links: links{a}, Content: contents{a},
		Clusters: clusters{a}, Drafts: drafts{a}, Forms: forms{a, new(gosync.Mutex)}, Operations: a.operations, Events: stream{a.bus}, Audit: auditLog{a.audit}, Diag: diagnosis{a.cfg.Root}, Support: supports{a},
		Uploads: a.uploadGate(a.uploads), Peer: peer, UI: localui.Handler(),
	}
}
