package apiclient

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/slipway-os/slipway/agent/api"
)

// An operation outlives a restart of its agent, and so does who waits for it; a refusal ends the wait at once.
func TestWaitOperationOutlivesARestart(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	answers := []struct {
		status int
		body   any
	}{
		{200, api.Operation{Id: "a", Kind: "host.pool", State: "running"}},
		{500, api.Problem{Status: 500, Detail: "context canceled"}},
		{502, nil},
		{200, api.Operation{Id: "a", Kind: "host.pool", State: "succeeded"}},
	}
	socket := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/v1/operations/none" {
			w.WriteHeader(404)
			_ = json.NewEncoder(w).Encode(api.Problem{Status: 404, Detail: "there is no such operation"})
			return
		}
		a := answers[asked.Add(1)-1]
		w.WriteHeader(a.status)
		_ = json.NewEncoder(w).Encode(a.body)
	}))
	srv.Listener = l
	srv.Start()
	t.Cleanup(srv.Close)
	c := Socket(socket)
	if op, err := c.WaitOperation(t.Context(), "a", nil); err != nil || op.State != "succeeded" {
		t.Errorf("%+v, %v", op, err)
	}
	if _, err := c.WaitOperation(t.Context(), "none", nil); err == nil || err.Error() != "there is no such operation" {
		t.Errorf("an unknown operation: %v", err)
	}
}

type trip func(*http.Request) (*http.Response, error)

func (f trip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// An agent that took the question and hangs is asked again.
func TestWaitOperationAsksAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		c := Over(trip(func(r *http.Request) (*http.Response, error) {
			state := "running"
			switch asked++; asked {
			case 2:
				<-r.Context().Done()
				return nil, r.Context().Err()
			case 3:
				state = "succeeded"
			}
			return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(`{"id":"a","state":"` + state + `"}`))}, nil
		}))
		if op, err := c.WaitOperation(t.Context(), "a", nil); err != nil || op.State != "succeeded" || asked != 3 {
			t.Errorf("%+v, %v after %d questions", op, err, asked)
		}
	})
}
