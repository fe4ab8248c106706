package tui

import (
	"cmp"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
)

// start is the clock of every golden screen.
var start = time.Date(2026, 3, 14, 15, 9, 0, 0, time.UTC)

// fakeAgent answers the routes of the contract that the console asks, from a state that tests change.
type fakeAgent struct {
	mu        sync.Mutex
	t         *testing.T
	down      bool
	ended     bool // the password of everybody has ended
	setup     bool
	users     map[string]string // passwords
	token     string            // of the session, when there is one
	process   api.Caller        // who the console itself is
	host      api.Host
	network   api.Network
	link      api.Link
	clusters  []api.Cluster
	content   []api.ContentItem
	proxy     api.Proxy
	theme     api.Theme
	rules     api.PasswordRules
	hidden    bool               // passwords are changed elsewhere
	verdict   api.NetworkPreview // what preview answers
	sticks    []api.Stick
	log       []string
	linkToken api.LinkToken // the link token of now
	asked     int           // how often the host was looked at
	calls     []string      // changes, with their bodies
	outcome   string        // of every operation; empty for succeeded
}

func newFake(t *testing.T) *fakeAgent {
	eth0 := api.Adapter{Name: "eth0", Mac: "52:54:00:77:00:0b", Addresses: []string{"10.77.0.11/24"}, Dhcp: true, Mtu: 1500, Gateway: "10.77.0.1", Dns: []string{"10.77.0.1"}, Carrier: true}
	eth1 := api.Adapter{Name: "eth1", Mac: "52:54:00:77:01:0b", Addresses: []string{}, Mtu: 1500, Dns: []string{}}
	f := &fakeAgent{t: t, users: map[string]string{}, process: api.Caller{User: "slipway-console", Role: "viewer"},
		host: api.Host{Id: "3f9a1c52-8a3e-4b61-9a55-0d2f4ce1b7aa", Name: "h1", Status: api.Ready, AgentVersion: "0.1.0", Addresses: []string{"10.77.0.11", "fd00::b"},
			Fingerprint: "sha256:" + strings.Repeat("0123456789abcdef", 4), Adapters: []api.Adapter{eth0, eth1}, Cpus: 4, CpuModel: "Intel(R) Xeon(R) Gold 6130",
			MemoryBytes: 16 << 30, Disks: []api.Disk{{Path: "/dev/sda", SizeBytes: 480 << 30, Role: "system"}, {Path: "/dev/sdb", SizeBytes: 2 << 40, Role: "pool"}},
			Os: "Slipway OS", Kernel: "6.1.0", Product: "Dell Inc. PowerEdge R740", UptimeSeconds: 3725, Health: "Healthy",
			Warnings: []api.Warning{}, Clock: api.Clock{Time: start, Synchronized: true}},
		network: api.Network{Hostname: "h1", Adapters: []api.Adapter{eth0, eth1}},
		link:    api.Link{Role: api.None, Hosts: []api.LinkedHost{}}, clusters: []api.Cluster{}, content: []api.ContentItem{},
		log:       []string{"2026-03-14T15:08:01 h1 slipway-agent[811]: level=WARN msg=\"peer does not answer\" host=h2", "2026-03-14T15:08:05 h1 slipway-agent[811]: level=INFO msg=\"peer answers\" host=h2"},
		linkToken: api.LinkToken{Token: strings.Repeat("eyJ2IjoxLCJhZGRyZXNzZXMi", 12), ExpiresAt: start.Add(100 * time.Second), RemainingSeconds: 100},
		verdict:   api.NetworkPreview{Lines: []api.DiffLine{}, Problems: []api.FieldProblem{}}}
	return f
}

// client asks the fake without a network, which no bubble has.
func (f *fakeAgent) client() *apiclient.Client { return apiclient.Over(direct{f.routes()}) }

type direct struct{ http.Handler }

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	if r = r.Clone(r.Context()); r.Body == nil {
		r.Body = http.NoBody
	}
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	return w.Result(), nil
}

// listen serves the fake on a socket, for consoles that are processes of their own.
func (f *fakeAgent) listen() (socket string) {
	socket = filepath.Join(f.t.TempDir(), "agent.sock")
	l, err := net.Listen("unix", socket)
	if err != nil {
		f.t.Fatal(err)
	}
	srv := httptest.NewUnstartedServer(f.routes())
	srv.Listener = l
	srv.Start()
	f.t.Cleanup(srv.Close)
	return socket
}

// set changes the state that the console reads.
func (f *fakeAgent) set(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

// made is the changes so far.
func (f *fakeAgent) made() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return strings.Join(f.calls, "\n")
}

// looks is how often the console looked at the host.
func (f *fakeAgent) looks() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.asked
}

func refuse(w http.ResponseWriter, status int, code, detail string) {
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(api.Problem{Type: "urn:slipway:" + code, Status: status, Detail: detail})
}

// handle answers with what fn gives; nil is an empty answer.
func (f *fakeAgent) handle(mux *http.ServeMux, route string, fn func(r *http.Request, body []byte) (any, *api.Problem)) {
	mux.HandleFunc(route, func(w http.ResponseWriter, r *http.Request) {
		body := make([]byte, 4096)
		n, _ := r.Body.Read(body)
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.down {
			refuse(w, 503, "down", "The agent does not answer (test)")
			return
		}
		if r.Method != http.MethodGet {
			f.calls = append(f.calls, strings.TrimSpace(r.Method+" "+strings.TrimPrefix(r.URL.Path, "/api/v1")+" "+string(body[:n])))
		}
		if h := r.Header.Get("Authorization"); h != "" && h != "Bearer "+f.token && r.URL.Path != "/api/v1/setup" {
			refuse(w, 401, "login-needed", "Log in first.")
			return
		}
		v, problem := fn(r, body[:n])
		if problem != nil {
			refuse(w, problem.Status, problem.Type, problem.Detail)
			return
		}
		if v == nil {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		_ = json.NewEncoder(w).Encode(v)
	})
}

func (f *fakeAgent) routes() http.Handler {
	mux := http.NewServeMux()
	get := func(path string, v func() any) {
		f.handle(mux, "GET /api/v1"+path, func(*http.Request, []byte) (any, *api.Problem) { return v(), nil })
	}
	get("/setup", func() any { return api.Setup{Needed: f.setup, Password: f.rules, PasswordChangeHidden: f.hidden} })
	get("/setup/code", func() any { return api.SetupCode{Code: "ABCD2345"} })
	get("/host", func() any { f.asked++; return f.host })
	get("/host/proxy", func() any { return f.proxy })
	get("/theme", func() any { return f.theme })
	get("/network", func() any { return f.network })
	get("/link", func() any { return f.link })
	get("/clusters", func() any { return f.clusters })
	get("/content", func() any { return f.content })
	get("/link/token", func() any { return f.linkToken })
	get("/session", func() any {
		if f.token != "" {
			return api.Caller{User: "ada", Role: "admin"}
		}
		return f.process
	})
	get("/diag/logs", func() any {
		return api.LogLines{Lines: f.log}
	})
	get("/diag/neighbours", func() any {
		return []api.Neighbour{{Address: "10.77.0.1", Mac: "52:54:00:77:00:01", Adapter: "eth0", State: "reachable"}, {Address: "10.77.0.99", Adapter: "eth0", State: "failed"},
			{Address: "fe80::5054:ff:fe77:1", Mac: "52:54:00:77:00:01", Adapter: "eth0", State: "stale"}}
	})
	get("/diag/errors", func() any {
		return []api.AgentError{{Message: "peer does not answer host=h2 after=4s", Priority: "warning", Count: 12, FirstAt: start.Add(-time.Hour), LastAt: start},
			{Message: "the storage pool is full", Priority: "err", Count: 1, FirstAt: start.Add(-2 * time.Hour), LastAt: start.Add(-2 * time.Hour)}}
	})
	get("/diag/sticks", func() any { return f.sticks })
	get("/operations/{id}", func() any { return f.operation(cmp.Or(f.outcome, "succeeded")) })
	f.changes(mux)
	return mux
}

func (f *fakeAgent) operation(state string) api.Operation {
	return api.Operation{Id: "op1", Kind: "link.join", Title: "Link this host", State: state, Steps: []api.Step{{Name: "ask the leader", State: state}}}
}

func (f *fakeAgent) changes(mux *http.ServeMux) {
	post := func(route string, fn func(body []byte) (any, *api.Problem)) {
		f.handle(mux, strings.Replace(route, " ", " /api/v1", 1), func(_ *http.Request, body []byte) (any, *api.Problem) { return fn(body) })
	}
	done := func([]byte) (any, *api.Problem) { return nil, nil }
	post("POST /setup", func(body []byte) (any, *api.Problem) {
		var u api.FirstUser
		_ = json.Unmarshal(body, &u)
		if u.Code != "ABCD2345" {
			return nil, &api.Problem{Status: 403, Type: "setup:wrong-code", Detail: "The setup code is wrong."}
		}
		f.users[u.User], f.setup = u.Password, false
		return nil, nil
	})
	post("POST /login", func(body []byte) (any, *api.Problem) {
		var l api.Login
		_ = json.Unmarshal(body, &l)
		if p, ok := f.users[l.User]; !ok || p != l.Password {
			return nil, &api.Problem{Status: 401, Type: "login:wrong-password", Detail: "The user name or the password is wrong."}
		}
		if f.ended && l.NewPassword == "" {
			return nil, &api.Problem{Status: 403, Type: "login:must-change", Detail: "The password has expired or was preset; choose a new one to log in."}
		}
		f.token = "secret-token"
		return api.Session{Token: f.token, User: l.User, Role: "admin", ExpiresAt: start.Add(2 * time.Hour)}, nil
	})
	post("POST /logout", func([]byte) (any, *api.Problem) { f.token = ""; return nil, nil })
	post("PUT /network/hostname", done)
	post("PUT /host/ntp", done)
	post("PUT /host/management", done)
	post("PUT /host/proxy", done)
	post("POST /host/proxy/preview", func([]byte) (any, *api.Problem) {
		f.calls = f.calls[:len(f.calls)-1] // looking is no change
		return f.verdict, nil
	})
	post("POST /diag/ping", func([]byte) (any, *api.Problem) {
		return api.DiagResult{Target: "10.77.0.1", Reached: true, Output: "PING 10.77.0.1 56(84) bytes of data.\n64 bytes from 10.77.0.1: icmp_seq=1 ttl=64 time=0.041 ms\n"}, nil
	})
	post("POST /diag/trace", func([]byte) (any, *api.Problem) {
		return api.DiagResult{Target: "10.77.0.1", Reached: true, Output: "traceroute to 10.77.0.1, 30 hops max\n 1  10.77.0.1  0.052 ms\n"}, nil
	})
	post("POST /diag/dns", func([]byte) (any, *api.Problem) {
		return api.DiagResult{Target: "h9", Reached: false, Output: "Asked 10.77.0.1:53, 1.2ms\nh9: no such record\n"}, nil
	})
	post("POST /diag/port", func([]byte) (any, *api.Problem) {
		return api.DiagResult{Target: "10.77.0.1", Reached: true, Output: "10.77.0.1:5080 is open: connected from 10.77.0.11:40112 to 10.77.0.1:5080 in 200µs\n"}, nil
	})
	post("POST /diag/bundle/stick", func([]byte) (any, *api.Problem) {
		return api.Operation{Id: "op1", Kind: "diag.stick", Title: "Write a support bundle of h1 to /dev/sdc1", State: "running", Steps: []api.Step{}}, nil
	})
	post("PUT /users/{name}/password", done)
	post("DELETE /link/token", done)
	post("POST /link/token", func([]byte) (any, *api.Problem) { return f.linkToken, nil })
	post("POST /link/join", func([]byte) (any, *api.Problem) { return f.operation("running"), nil })
	post("POST /host/power", func([]byte) (any, *api.Problem) { return f.operation("running"), nil })
	post("POST /network/preview", func([]byte) (any, *api.Problem) {
		f.calls = f.calls[:len(f.calls)-1] // looking is no change
		return f.verdict, nil
	})
	post("POST /network/tries", func([]byte) (any, *api.Problem) {
		f.network.Try = api.Try{Id: "try1", State: api.Verifying, Deadline: start.Add(60 * time.Second)}
		return f.network.Try, nil
	})
	post("POST /network/tries/try1/confirm", func([]byte) (any, *api.Problem) {
		f.network.Try.State = api.Confirmed
		return f.network.Try, nil
	})
	post("DELETE /network/tries/try1", func([]byte) (any, *api.Problem) {
		f.network.Try.State, f.network.Try.Reason = api.RolledBack, "it was taken back"
		return f.network.Try, nil
	})
}
