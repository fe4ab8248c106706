package apiserver

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/auth"
)

// Tokens have the form of real ones: 43 characters of base64url.
var (
	adminToken  = strings.Repeat("A", 43)
	viewerToken = strings.Repeat("V", 42) + "A"
	endedToken  = strings.Repeat("E", 42) + "A"
)

// fake answers nothing but who is asking; any other call panics on its nil interface and shows as 500.
type fake struct {
	Sessions
	mu  sync.Mutex
	log []AuditRecord
}

func (*fake) SocketCaller(*net.UnixConn) Caller { return Caller{User: "root", Role: "admin"} }

func (*fake) SessionCaller(token string) Caller {
	switch token {
	case adminToken:
		return Caller{User: "ann", Role: "admin", SessionID: "1"}
	case viewerToken:
		return Caller{User: "vic", Role: "viewer", SessionID: "2"}
	}
	return Caller{}
}

func (*fake) Login(_ context.Context, user, password, _ string, _ bool) (api.Session, error) {
	if password != "right" {
		return api.Session{}, Errorf(401, "login:wrong-password", "The user name or the password is wrong.")
	}
	return api.Session{Token: adminToken, User: user, Role: "admin", ExpiresAt: time.Unix(2e9, 0)}, nil
}

func (f *fake) Append(r AuditRecord) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.log = append(f.log, r)
	return nil
}

type fakeUsers struct{ Users }

func (fakeUsers) Setup() (api.Setup, error) { return api.Setup{Needed: true}, nil }

func (fakeUsers) List(context.Context) ([]api.User, error) { return []api.User{{Name: "ann"}}, nil }

type fakeAudit struct{ f *fake }

func (a fakeAudit) Append(r AuditRecord) error               { return a.f.Append(r) }
func (fakeAudit) List(AuditFilter) ([]api.AuditEntry, error) { return []api.AuditEntry{}, nil }

type fakeOperations struct{ Operations }

func (fakeOperations) List() []api.Operation { return []api.Operation{} }
func (fakeOperations) Cancel(context.Context, string) (api.Operation, error) {
	return api.Operation{}, notFound("operation", "x")
}

func newServer(t *testing.T) (http.Handler, *fake) {
	t.Helper()
	f := &fake{}
	h := New(Services{Version: "1", Sessions: f, Users: fakeUsers{}, Audit: fakeAudit{f}, KnownAs: func(n string) bool { return n == "h1" }, Operations: fakeOperations{},
		Uploads: http.NotFoundHandler(), Peer: http.NotFoundHandler(), UI: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })}, slog.New(slog.DiscardHandler))
	return h, f
}

func do(h http.Handler, method, path, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// Feature 53: whoever is logged in gets the document that the routes are made from, and every route of it is there.
func TestTheContractIsServed(t *testing.T) {
	h, _ := newServer(t)
	w := do(h, "GET", "/api/v1/about/api", "", "Authorization", "Bearer "+viewerToken)
	if w.Code != 200 || !bytes.Equal(w.Body.Bytes(), api.Contract) {
		t.Fatalf("%d, %d bytes", w.Code, w.Body.Len())
	}
	doc, err := openapi3.NewLoader().LoadFromData(w.Body.Bytes())
	if err == nil {
		err = doc.Validate(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			if w := do(h, method, "/api/v1"+parameter.ReplaceAllString(path, "x"), "", "Authorization", "Bearer "+viewerToken); strings.Contains(w.Body.String(), "urn:slipway:no-route") {
				t.Errorf("there is no %s %s", method, path)
			}
		}
	}
}

// The one test that must never be weakened: every route of the contract, but the few public ones, refuses a stranger.
func TestEveryRouteRefusesStrangers(t *testing.T) {
	doc, err := api.GetSpec()
	if err != nil {
		t.Fatal(err)
	}
	h, _ := newServer(t)
	open, closed := 0, 0
	for path, item := range doc.Paths.Map() {
		url := "/api/v1" + path
		for _, p := range []string{"{id}", "{name}", "{host}", "{digest}"} {
			url = strings.ReplaceAll(url, p, "x")
		}
		for method, op := range item.Operations() {
			declaredPublic := op.Security != nil && len(*op.Security) == 0
			if public[method+" "+strings.ReplaceAll("/api/v1"+path, "{", ":")] != declaredPublic {
				t.Errorf("%s %s: the server and the contract disagree about who may call it", method, path)
			}
			if declaredPublic {
				open++
				continue
			}
			closed++
			for _, auth := range []string{"", "Bearer ", "Bearer wrong", "Basic YTpi"} {
				if w := do(h, method, url, "{}", "Authorization", auth); w.Code != http.StatusUnauthorized {
					t.Errorf("%s %s with %q: %d, want 401", method, url, auth, w.Code)
				}
			}
		}
	}
	if open != len(public) || closed < 25 {
		t.Errorf("%d public and %d guarded routes: the walk is wrong", open, closed)
	}
	for _, r := range []string{"POST /api/v1/uploads/", "PATCH /api/v1/uploads/1", "HEAD /api/v1/uploads/1", "DELETE /api/v1/uploads/1", "GET /api/v1/nowhere"} {
		method, path, _ := strings.Cut(r, " ")
		if w := do(h, method, path, ""); w.Code != http.StatusUnauthorized {
			t.Errorf("%s: %d, want 401", r, w.Code)
		}
	}
}

func TestPagesNeedNoLogin(t *testing.T) {
	h, _ := newServer(t)
	for _, path := range []string{"/", "/cluster", "/assets/x.js"} {
		if w := do(h, "GET", path, ""); w.Code != http.StatusTeapot {
			t.Errorf("%s: %d, want the Local UI", path, w.Code)
		}
	}
}

func TestViewersLookAndAdminsChange(t *testing.T) {
	h, _ := newServer(t)
	for _, c := range []struct {
		method, path, token string
		want                int
	}{
		{"GET", "/api/v1/operations", viewerToken, 200},
		{"POST", "/api/v1/operations/x/cancel", viewerToken, 403},
		{"POST", "/api/v1/operations/x/cancel", adminToken, 404},
		{"PUT", "/api/v1/users/ann/password", viewerToken, 403},
		{"POST", "/api/v1/logout", "nobody", 401},
		{"GET", "/api/v1/setup/code", adminToken, 403}, // never over the network
		{"GET", "/api/v1/link/token", viewerToken, 403},
		{"GET", "/api/v1/clusters/x/kubeconfig", viewerToken, 403},
	} {
		w := do(h, c.method, c.path, `{"password":"x"}`, "Authorization", "Bearer "+c.token)
		if w.Code != c.want {
			t.Errorf("%s %s as %s: %d, want %d: %s", c.method, c.path, c.token, w.Code, c.want, w.Body)
		}
	}
}

// The console is a process without rights at the socket; what it may do comes from the session of who stands before it.
func TestSessionOverTheSocketReplacesTheProcess(t *testing.T) {
	h, _ := newServer(t)
	for _, c := range []struct {
		token string
		want  int
	}{{"", 404}, {adminToken, 404}, {viewerToken, 403}, {endedToken, 401}, {"malformed", 401}} {
		r := httptest.NewRequest("POST", "/api/v1/operations/x/cancel", nil)
		r = r.WithContext(ConnContext(r.Context(), &net.UnixConn{}))
		if c.token != "" {
			r.Header.Set("Authorization", "Bearer "+c.token)
		}
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != c.want {
			t.Errorf("token %q over the socket: %d, want %d", c.token, w.Code, c.want)
		}
	}
}

func TestCookieOfAnotherSitesPageIsIgnored(t *testing.T) {
	h, _ := newServer(t)
	for _, c := range []struct {
		name   string
		header []string
		want   int
	}{
		{"same origin", []string{"Sec-Fetch-Site", "same-origin"}, 404},
		{"old browser, same origin", []string{"Origin", "https://example.com"}, 404},
		{"another site", []string{"Sec-Fetch-Site", "cross-site"}, 401},
		{"another host of the same site", []string{"Sec-Fetch-Site", "same-site"}, 401},
		{"old browser, another origin", []string{"Origin", "https://evil.example"}, 401},
		{"no browser at all", nil, 401},
	} {
		header := append([]string{"Cookie", auth.CookieName + "=" + adminToken}, c.header...)
		if w := do(h, "POST", "/api/v1/operations/x/cancel", "", header...); w.Code != c.want {
			t.Errorf("%s: %d, want %d", c.name, w.Code, c.want)
		}
	}
}

func TestLoginGivesAHardCookieAndAuditsWithoutThePassword(t *testing.T) {
	h, f := newServer(t)
	w := do(h, "POST", "/api/v1/login", `{"user":"ann","password":"right"}`)
	c := w.Header().Get("Set-Cookie")
	for _, flag := range []string{"HttpOnly", "Secure", "SameSite=Strict", "Path=/"} {
		if !strings.Contains(c, flag) {
			t.Errorf("cookie %q lacks %s", c, flag)
		}
	}
	if w := do(h, "POST", "/api/v1/login", `{"user":"ann","password":"wrong-secret"}`); w.Code != 401 {
		t.Errorf("wrong password: %d", w.Code)
	}
	text, _ := json.Marshal(f.log)
	if bytes.Contains(text, []byte("secret")) || len(f.log) != 2 || f.log[1].Outcome != "login:wrong-password" {
		t.Errorf("audit: %s", text)
	}
}

func TestHostileBodies(t *testing.T) {
	h, _ := newServer(t)
	for name, body := range map[string]string{"not json": "{", "a list": "[]", "huge": `{"user":"` + strings.Repeat("a", 2<<20) + `"}`} {
		w := do(h, "POST", "/api/v1/login", body)
		if w.Code < 400 || w.Code >= 500 {
			t.Errorf("%s: %d, want a client error", name, w.Code)
		}
		if ct := w.Header().Get("Content-Type"); ct != "application/problem+json" {
			t.Errorf("%s: content type %q", name, ct)
		}
	}
}

func TestProblems(t *testing.T) {
	for _, c := range []struct {
		err    error
		status int
		typ    string
	}{
		{Errorf(409, "link:used", "no"), 409, "urn:slipway:link:used"},
		{errors.Join(errors.New("x"), Errorf(404, "not-found", "no")), 404, "urn:slipway:not-found"},
		{io.ErrUnexpectedEOF, 500, "urn:slipway:internal"},
	} {
		if p := problemOf(c.err); p.Status != c.status || p.Type != c.typ {
			t.Errorf("%v: %+v", c.err, p)
		}
	}
}

func TestBodiesAreWhatTheContractSays(t *testing.T) {
	h, _ := newServer(t)
	for _, c := range []struct{ path, body, want string }{
		{"/host/power", "", "is not JSON: send an object with action"},
		{"/host/power", "{}", "at /action: property \"action\" is missing"},
		{"/host/power", `{"action":"explode"}`, "at /action: value is not one of the allowed values"},
		{"/network/tries", `{"set":[{"name":"eth0","vlam":3}]}`, `at /set/0: property "vlam" is unsupported`},
		{"/link/join", `{"token":"` + strings.Repeat("A", 5000) + `"}`, "at /token: maximum string length is 4096"},
	} {
		w := do(h, "POST", "/api/v1"+c.path, c.body, "Authorization", "Bearer "+adminToken)
		var p api.Problem
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code != 400 || !strings.Contains(p.Detail, c.want) {
			t.Errorf("%s %.80s: %d %s, want 400 with %q", c.path, c.body, w.Code, w.Body, c.want)
		}
	}
	// A list without entries is null in Go's JSON; a number out of range is the subject's to refuse.
	if w := do(h, "PUT", "/api/v1/host/ntp", `{"servers":null}`, "Authorization", "Bearer "+adminToken); w.Code == 400 {
		t.Errorf("a list without entries: %s", w.Body)
	}
}

func TestConfirmClosesItsConnection(t *testing.T) {
	h, _ := newServer(t)
	for path, want := range map[string]string{"/api/v1/network/tries/t1/confirm": "close", "/api/v1/logout": ""} {
		if got := do(h, "POST", path, "", "Authorization", "Bearer "+adminToken).Header().Get("Connection"); got != want {
			t.Errorf("POST %s answers with Connection %q, want %q", path, got, want)
		}
	}
}
