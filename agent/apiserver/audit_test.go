package apiserver

import (
	"context"
	"log/slog"
	"net/http"
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

func TestLogsOfOthersAreForAdministrators(t *testing.T) {
	h, _ := newServer(t)
	for path, want := range map[string]int{"/api/v1/diag/logs?unit=kubelet.service": 403, "/api/v1/diag/logs?unit=all": 403, "/api/v1/diag/bundle/file": 403} {
		if w := do(h, "GET", path, "", "Authorization", "Bearer "+viewerToken); w.Code != want {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
}

// A log-in is made by nobody yet: the log names who was claimed to be there, whether the password was right or not. What ended
// in a panic (of the fake, at the log-out) is in the log too.
func TestLogInsNameTheirUser(t *testing.T) {
	h, f := newServer(t)
	do(h, "POST", "/api/v1/login", `{"user":"ann","password":"right"}`)
	do(h, "POST", "/api/v1/login", `{"user":"mallory","password":"wrong"}`)
	do(h, "POST", "/api/v1/logout", "", "Authorization", "Bearer "+viewerToken)
	do(h, "POST", "/api/v1/operations/x/cancel", "")
	want := [][2]string{{"ann", "done"}, {"mallory", "login:wrong-password"}, {"vic", "internal"}, {"", "login-needed"}}
	if len(f.log) != len(want) {
		t.Fatalf("audit: %+v", f.log)
	}
	for i, w := range want {
		if got := f.log[i]; got.Caller.User != w[0] || got.Outcome != w[1] || strings.Contains(got.Action, "wrong") {
			t.Errorf("%+v, want %v", got, w)
		}
	}
}
