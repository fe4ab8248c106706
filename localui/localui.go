// Package localui serves the Local UI: the files that localui/web/build.sh made, built into the binary, so that no request
// ever leaves the host. A browser page is a client of the API like any other. A binary that was built without Node has a
// placeholder page.
//
//	localui/web/src --make ui--> localui/web/dist/*.gz --go:embed--> Handler
package localui

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"
)

//go:embed all:web/dist web/placeholder
var embedded embed.FS

// index is the page of every path that is no file: the application's own router shows it.
const index = "index.html"

// Handler serves the pages.
func Handler() http.Handler {
	files, err := load(embedded, "web/dist")
	if err == nil && files[index] == nil {
		files, err = load(embedded, "web/placeholder")
	}
	if err != nil {
		panic(err) // the folders are embedded, so they are there
	}
	return pages(files)
}

// file is one file as it goes over the wire.
type file struct {
	body       []byte
	compressed bool
	kind, etag string
}

// load reads a folder; "x.js.gz" is the file "x.js", compressed.
func load(from fs.FS, dir string) (map[string]*file, error) {
	out := map[string]*file{}
	err := fs.WalkDir(from, dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), ".") {
			return err
		}
		body, err := fs.ReadFile(from, name)
		if err != nil {
			return err
		}
		plain, compressed := strings.CutSuffix(strings.TrimPrefix(name, dir+"/"), ".gz")
		sum := sha256.Sum256(body)
		out[plain] = &file{body: body, compressed: compressed, kind: kindOf(plain), etag: `"` + hex.EncodeToString(sum[:8]) + `"`}
		return nil
	})
	return out, err
}

func kindOf(name string) string {
	if path.Ext(name) == ".woff2" {
		return "font/woff2" // not in every machine's table
	}
	return mime.TypeByExtension(path.Ext(name))
}

type pages map[string]*file

// ServeHTTP answers with a file, or with the page of the application.
func (p pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		http.Error(w, "only GET and HEAD are served here", http.StatusMethodNotAllowed)
		return
	}
	name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
	hashed := strings.HasPrefix(name, "assets/")
	f := p[name]
	if f == nil && hashed { // of another version: a page in its place would be taken for a script
		http.NotFound(w, r)
		return
	}
	if f == nil {
		f = p[index]
	}
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("ETag", f.etag)
	h.Set("Vary", "Accept-Encoding")
	h.Set("Cache-Control", "no-cache")
	if hashed { // the name has the digest of the content
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	body := f.body
	if f.compressed {
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			h.Set("Content-Encoding", "gzip")
		} else if body = expand(body); body == nil {
			http.Error(w, "this file of the Local UI is damaged", http.StatusInternalServerError)
			return
		}
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

// expand is for clients that take no gzip; nil when the file is not what build.sh made.
func expand(body []byte) []byte {
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil
	}
	var out bytes.Buffer
	if _, err := out.ReadFrom(z); err != nil {
		return nil
	}
	return out.Bytes()
}
