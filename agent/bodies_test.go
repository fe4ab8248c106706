package agent

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/slipway-os/slipway/agent/api"
)

// bodyRoutes are the routes of the contract that take a JSON body, in a stable order, with a name that nothing has as parameter.
func bodyRoutes(t testing.TB) (routes [][2]string) {
	t.Helper()
	doc, err := api.GetSpec()
	if err != nil {
		t.Fatal(err)
	}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			if op.RequestBody == nil {
				continue
			}
			for from := strings.Index(path, "{"); from >= 0; from = strings.Index(path, "{") {
				path = path[:from] + "x" + path[strings.Index(path, "}")+1:]
			}
			routes = append(routes, [2]string{method, "http://agent/api/v1" + path})
		}
	}
	slices.SortFunc(routes, func(a, b [2]string) int { return strings.Compare(a[1]+a[0], b[1]+b[0]) })
	return routes
}

// FuzzAPIBodies sends bodies of any kind to every route of a whole agent that takes one, as an administrator. The agent either
// takes a body or refuses it with a problem that has a type and a sentence; it never fails inside, and goes on answering.
func FuzzAPIBodies(f *testing.F) {
	routes := bodyRoutes(f)
	if len(routes) < 12 {
		f.Fatalf("%d routes take a body: the walk is wrong", len(routes))
	}
	r := start(f, shortDir(f))
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", r.root+"/run/slipway/agent.sock")
	}}}
	f.Cleanup(client.CloseIdleConnections)
	for i := range routes {
		for _, body := range []string{"", "null", "{}", "[]", `""`, `{"name":`, `{"unknown":1}`, "\x00\xff", `{"name":7,"host":{},"token":[],"nodes":-1}`,
			strings.Repeat(`{"a":`, 5000), strings.Repeat("[", 20000), `{"name":"` + strings.Repeat("A", 2<<20) + `"}`,
			`{"name":"../../etc/passwd","target":"-rf;reboot","address":"::ffff:0/999","password":"x","user":"root\n","servers":["$(id)"]}`} {
			f.Add(uint8(i), body)
		}
	}
	f.Fuzz(func(t *testing.T, route uint8, body string) {
		to := routes[int(route)%len(routes)]
		req, err := http.NewRequestWithContext(t.Context(), to[0], to[1], strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		answer, err := client.Do(req)
		if err != nil {
			t.Fatalf("%s %s with %.80q: %v", to[0], to[1], body, err)
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode < 400 {
			return
		}
		var p api.Problem
		if err := json.Unmarshal(text, &p); err != nil || p.Type == "" || len(p.Detail) < 10 || answer.StatusCode == http.StatusInternalServerError {
			t.Errorf("%s %s with %.80q: %d %.300s", to[0], to[1], body, answer.StatusCode, text)
		}
	})
}
