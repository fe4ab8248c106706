package apiserver

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slipway-os/slipway/agent/api"
)

func TestASpreadsheetTakesNoFormula(t *testing.T) {
	got := string(auditCSV([]api.AuditEntry{{Time: time.Unix(0, 0), User: "=cmd|' /C calc'!A0", Action: "PUT /x, \"y\"", Outcome: "done", DryRun: true}}))
	want := "1970-01-01T00:00:00Z,'=cmd|' /C calc'!A0,,,\"PUT /x, \"\"y\"\"\",done,true,"
	if !strings.Contains(got, want) {
		t.Errorf("%q does not contain %q", got, want)
	}
}

type fakeNetwork struct{ Network }

func (fakeNetwork) Preview(context.Context, api.NetworkChange) (api.NetworkPreview, error) {
	return api.NetworkPreview{}, nil
}

// Forms ask for a preview at every key: that would bury the changes.
func TestAPreviewIsNoChange(t *testing.T) {
	f := &fake{}
	h := New(Services{Sessions: f, Users: fakeUsers{}, Audit: fakeAudit{f}, Operations: fakeOperations{}, Network: fakeNetwork{},
		Uploads: http.NotFoundHandler(), Peer: http.NotFoundHandler(), UI: http.NotFoundHandler()}, slog.New(slog.DiscardHandler))
	for token, want := range map[string]int{adminToken: 200, viewerToken: 403} {
		if w := do(h, "POST", "/api/v1/network/preview", "{}", "Authorization", "Bearer "+token); w.Code != want {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
	do(h, "POST", "/api/v1/operations/x/cancel?force=true&dryRun=maybe", "", "Authorization", "Bearer "+adminToken)
	if len(f.log) != 2 || f.log[0].Outcome != "not-allowed" || !f.log[1].Forced || f.log[1].DryRun {
		t.Errorf("audit: %+v", f.log)
	}
}

// A log-in comes from nobody yet; its entry names the user all the same. What is no user's name may be a password typed in
// the wrong place, and is not written down.
func TestLogInsNameTheirUser(t *testing.T) {
	h, f := newServer(t)
	for _, body := range []string{`{"user":"ann","password":"right"}`, `{"user":"ann","password":"wrong"}`, `{"user":"Seven green kettles","password":"ann"}`} {
		do(h, "POST", "/api/v1/login", body)
	}
	var got []string
	for _, r := range f.log {
		got = append(got, r.Caller.User+" "+r.Caller.Role+" "+r.Outcome)
	}
	if want := []string{"ann  done", "ann  login:wrong-password", "  login:wrong-password"}; !slices.Equal(got, want) {
		t.Errorf("audit: %q, want %q", got, want)
	}
}

func TestLogsOfOthersAreForAdministrators(t *testing.T) {
	h, _ := newServer(t)
	for path, want := range map[string]int{"/api/v1/diag/logs?unit=kubelet.service": 403, "/api/v1/diag/logs?unit=all": 403, "/api/v1/diag/bundle/file": 403} {
		if w := do(h, "GET", path, "", "Authorization", "Bearer "+viewerToken); w.Code != want {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
}

// What ended in a panic (of the fake, at the log-out) is in the log too.
func TestPanicsAreInTheLog(t *testing.T) {
	h, f := newServer(t)
	do(h, "POST", "/api/v1/logout", "", "Authorization", "Bearer "+viewerToken)
	if len(f.log) != 1 || f.log[0].Caller.User != "vic" || f.log[0].Outcome != "internal" {
		t.Errorf("audit: %+v", f.log)
	}
}
