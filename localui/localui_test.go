package localui

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestServesThePageAndNothingElse(t *testing.T) {
	for _, c := range []struct {
		method, path string
		status       int
		contains     string
	}{
		{"GET", "/", 200, "<title>Slipway</title>"},
		{"GET", "/cluster/nodes", 200, "<title>Slipway</title>"},
		{"GET", "/style.css", 200, "color-scheme"},
		{"GET", "/../localui.go", 200, "<title>Slipway</title>"},
		{"POST", "/", 405, "only GET"},
	} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(c.method, "/", nil)
		r.URL.Path = c.path
		Handler().ServeHTTP(w, r)
		if w.Code != c.status && !(w.Code == http.StatusBadRequest && strings.Contains(c.path, "..")) {
			t.Errorf("%s %s: %d, want %d", c.method, c.path, w.Code, c.status)
		}
		if w.Code == c.status && !strings.Contains(w.Body.String(), c.contains) {
			t.Errorf("%s %s: %q lacks %q", c.method, c.path, w.Body.String(), c.contains)
		}
	}
}
