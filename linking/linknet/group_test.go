package linknet

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/slipway-os/slipway/linking"
)

// memory is a store that survives a restart of the node on it.
type memory struct {
	mu   sync.Mutex
	data map[string][]byte
	fail error
}

func (m *memory) Get(key string, v any) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	raw, ok := m.data[key]
	if !ok {
		return false, nil
	}
	return true, json.Unmarshal(raw, v)
}

func (m *memory) Put(key string, v any) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return m.fail
	}
	raw, err := json.Marshal(v)
	if m.data == nil {
		m.data = map[string][]byte{}
	}
	m.data[key] = raw
	return err
}

// host is one machine of a test: a node behind a real TLS server on the loopback.
type host struct {
	*Node
	t    *testing.T
	name string
	cfg  Config
	mu   sync.Mutex // guards the fields below
	addr *net.TCPAddr
	rep  linking.Topics
	want map[string]linking.Topics // by host id: what this leader desires
	got  linking.Topics            // what OnDesired brought
	told map[string]linking.Topics // by host id: what OnReport brought

	inCluster atomic.Bool
	busy      atomic.Bool // every follower is in a cluster
	skew      atomic.Int64
	extra     http.Handler // behind RequirePeer at /content
	stop      func()
	unplug    func() // closes the server, the node runs on
}

func newHost(t *testing.T, name string) *host {
	t.Helper()
	id, err := LoadOrCreate(t.TempDir(), name)
	if err != nil {
		t.Fatal(err)
	}
	h := &host{t: t, name: name, want: map[string]linking.Topics{}, told: map[string]linking.Topics{}, rep: linking.Topics{}}
	h.cfg = Config{Identity: id, Store: &memory{}, Log: slog.New(slog.DiscardHandler), Version: "1.2.3",
		Self: h.self, InCluster: h.inCluster.Load, HostInCluster: func(string) bool { return h.busy.Load() },
		Report:    func() linking.Topics { return locked(h, func() linking.Topics { return h.rep }) },
		OnReport:  func(id string, r linking.Topics) { h.mu.Lock(); h.told[id] = r; h.mu.Unlock() },
		Desired:   func(id string) linking.Topics { return locked(h, func() linking.Topics { return h.want[id] }) },
		OnDesired: func(d linking.Topics) { h.mu.Lock(); h.got = d; h.mu.Unlock() },
		Now:       func() time.Time { return time.Now().Add(time.Duration(h.skew.Load())) },
	}
	return h
}

func locked[T any](h *host, f func() T) T {
	h.mu.Lock()
	defer h.mu.Unlock()
	return f()
}

func (h *host) self() linking.Member {
	h.mu.Lock()
	defer h.mu.Unlock()
	return linking.Member{Name: h.name, Addresses: []string{h.addr.IP.String()}, Port: h.addr.Port}
}

// start boots the host at an address (port 0 picks one); a later start is a restart on the same store.
func (h *host) start(address string) *host {
	h.t.Helper()
	ln := h.listen(address)
	var err error
	if h.Node, err = New(h.cfg); err != nil {
		h.t.Fatal(err)
	}
	h.serve(ln)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = h.Run(ctx) })
	h.stop = sync.OnceFunc(func() { cancel(); h.unplug(); running.Wait() })
	h.t.Cleanup(func() { h.stop() })
	return h
}

// move gives the running host another address.
func (h *host) move(address string) {
	h.t.Helper()
	h.unplug()
	h.serve(h.listen(address))
	h.Changed()
}

func (h *host) listen(address string) net.Listener {
	h.t.Helper()
	ln, err := net.Listen("tcp", address)
	if err != nil {
		h.t.Fatal(err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.addr = ln.Addr().(*net.TCPAddr)
	return ln
}

func (h *host) serve(ln net.Listener) {
	mux := http.NewServeMux()
	mux.Handle("/peer/v1/", h.Handler())
	if h.extra != nil {
		mux.Handle("/content", h.RequirePeer(h.extra))
	}
	server := &http.Server{Handler: mux, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)}
	var running sync.WaitGroup
	running.Go(func() { _ = server.Serve(tls.NewListener(ln, h.cfg.Identity.ServerTLS(nil))) })
	h.unplug = sync.OnceFunc(func() { _ = server.Close(); running.Wait() })
}

func boot(t *testing.T, name string) *host { return newHost(t, name).start("127.0.0.1:0") }

func (h *host) token() string {
	h.t.Helper()
	view, err := h.GenerateToken(h.t.Context())
	if err != nil {
		h.t.Fatalf("token of %s: %v", h.name, err)
	}
	return view.Token
}

func (h *host) joinTo(leader *host) *host {
	h.t.Helper()
	if err := h.Join(h.t.Context(), leader.token()); err != nil {
		h.t.Fatalf("%s joins %s: %v", h.name, leader.name, err)
	}
	return h
}

func (h *host) id() string { return h.cfg.Identity.ID }

func (h *host) role() linking.Role {
	_, role, _ := h.Roster()
	return role
}

func (h *host) epoch() uint64 {
	r, _, _ := h.Roster()
	return r.Epoch
}

// eventually waits for a condition that other goroutines and the network bring about.
func eventually(t *testing.T, within time.Duration, what string, cond func() bool) {
	t.Helper()
	deadline := time.After(within)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !cond() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("not within %v: %s", within, what)
		}
	}
}

func wantCode(t *testing.T, err error, code linking.Code) {
	t.Helper()
	if linking.CodeOf(err) != code {
		t.Fatalf("got error %v, want a refusal with code %s", err, code)
	}
}

func TestGroupOfFour(t *testing.T) {
	leader := boot(t, "leader")
	var followers []*host
	for _, name := range []string{"one", "two", "three"} {
		followers = append(followers, boot(t, name).joinTo(leader))
	}
	if r, role, ok := leader.Roster(); !ok || role != linking.RoleLeader || len(r.Members) != 4 || r.Epoch != 4 {
		t.Fatalf("leader has %v %v epoch %d with %d hosts", ok, role, r.Epoch, len(r.Members))
	}
	for _, f := range followers {
		eventually(t, 3*time.Second, f.name+" holds the last roster", func() bool { return f.epoch() == 4 && f.role() == linking.RoleFollower })
		eventually(t, 3*time.Second, f.name+" is connected", func() bool { _, ok := leader.Status(f.id()); return ok })
	}

	f := followers[1]
	eventually(t, 3*time.Second, "the first report", func() bool { return locked(leader, func() bool { return leader.told[f.id()] != nil }) })
	locked(f, func() bool { f.rep = linking.Topics{"content": json.RawMessage(`{"have":7}`)}; return true })
	start := time.Now()
	f.Changed()
	eventually(t, 2*time.Second, "the report arrives", func() bool {
		return locked(leader, func() bool { return string(leader.told[f.id()]["content"]) == `{"have":7}` })
	})
	locked(leader, func() bool {
		leader.want[f.id()] = linking.Topics{"cluster": json.RawMessage(`{"phase":"prepare"}`)}
		return true
	})
	leader.Changed()
	eventually(t, 2*time.Second, "the desired state arrives", func() bool {
		return locked(f, func() bool { return string(f.got["cluster"]) == `{"phase":"prepare"}` })
	})
	t.Logf("report and desired state took %v", time.Since(start))
}

func TestPeersFetchFromEachOther(t *testing.T) {
	leader, one, two := boot(t, "leader"), newHost(t, "one"), boot(t, "two")
	one.extra = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m, _ := PeerFrom(r.Context())
		_, _ = io.WriteString(w, "for "+m.Name)
	})
	one.start("127.0.0.1:0").joinTo(leader)
	two.joinTo(leader)
	eventually(t, 3*time.Second, "both know each other", func() bool { return one.epoch() == 3 && two.epoch() == 3 })

	client, urls, err := two.PeerClient(one.id())
	if err != nil {
		t.Fatal(err)
	}
	a, err := client.Get(urls[0] + "/content")
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	if text, _ := io.ReadAll(a.Body); string(text) != "for two" {
		t.Fatalf("got %d %q", a.StatusCode, text)
	}

	stranger := boot(t, "stranger")
	for name, cert := range map[string][]tls.Certificate{"another certificate": {stranger.cfg.Identity.Certificate}, "none": nil} {
		c := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true,
			GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
				if cert == nil {
					return &tls.Certificate{}, nil
				}
				return &cert[0], nil
			}}}}
		a, err := c.Get(urls[0] + "/content")
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(a.Body)
		a.Body.Close()
		c.CloseIdleConnections()
		if a.StatusCode != http.StatusForbidden || !strings.Contains(string(text), string(linking.CodeNotMember)) {
			t.Fatalf("with %s: got %d %q", name, a.StatusCode, text)
		}
	}
}
