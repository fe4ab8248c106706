package localui

import (
	"bytes"
	"compress/gzip"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

func zip(text string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(text))
	_ = z.Close()
	return b.Bytes()
}

func TestServesThePageAndNothingElse(t *testing.T) {
	files, err := load(fstest.MapFS{
		"web/dist/.digest":          {Data: []byte("secret")},
		"web/dist/index.html.gz":    {Data: zip("<title>Slipway</title>")},
		"web/dist/assets/a-1.js.gz": {Data: zip("hello()")},
		"web/dist/assets/f.woff2":   {Data: []byte("font")},
	}, "web/dist")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		method, path, accept           string
		status                         int
		contains, kind, encoding, keep string
	}{
		{"GET", "/", "", 200, "<title>Slipway</title>", "text/html", "", "no-cache"},
		{"GET", "/cluster/create", "", 200, "<title>Slipway</title>", "text/html", "", "no-cache"},
		{"GET", "/assets/a-1.js", "", 200, "hello()", "text/javascript", "", "immutable"},
		{"GET", "/assets/a-1.js", "br, gzip", 200, "\x1f\x8b", "text/javascript", "gzip", "immutable"},
		{"GET", "/assets/f.woff2", "gzip", 200, "font", "font/woff2", "", "immutable"},
		{"GET", "/assets/a-0.js", "gzip", 404, "", "", "", ""},
		{"GET", "/.digest", "", 200, "<title>Slipway</title>", "text/html", "", "no-cache"},
		{"GET", "/../localui.go", "", 200, "<title>Slipway</title>", "text/html", "", "no-cache"},
		{"POST", "/", "", 405, "only GET", "", "", ""},
	} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(c.method, "/", nil)
		r.URL.Path = c.path
		r.Header.Set("Accept-Encoding", c.accept)
		pages(files).ServeHTTP(w, r)
		h := w.Header()
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.contains) || !strings.HasPrefix(h.Get("Content-Type"), c.kind) ||
			h.Get("Content-Encoding") != c.encoding || !strings.Contains(h.Get("Cache-Control"), c.keep) {
			t.Errorf("%s %s (accepts %q): %d %v %q", c.method, c.path, c.accept, w.Code, h, w.Body)
		}
	}
}

func TestAsksOnlyOnceForWhatDidNotChange(t *testing.T) {
	h := Handler()
	first := httptest.NewRecorder()
	h.ServeHTTP(first, httptest.NewRequest("GET", "/", nil))
	if first.Code != 200 || !strings.Contains(first.Body.String(), "<title>Slipway</title>") {
		t.Fatalf("%d %q", first.Code, first.Body)
	}
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("If-None-Match", first.Header().Get("ETag"))
	again := httptest.NewRecorder()
	h.ServeHTTP(again, r)
	if again.Code != 304 || again.Body.Len() > 0 {
		t.Errorf("asked again: %d with %d bytes", again.Code, again.Body.Len())
	}
}

func TestPlaceholder(t *testing.T) {
	files, err := load(embedded, "web/placeholder")
	if err != nil || files[index] == nil || files["style.css"] == nil {
		t.Fatalf("%v, %v", files, err)
	}
}
