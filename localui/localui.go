// Package localui serves the Local UI: the files of localui/web/dist, built into the binary, so that no request ever leaves
// the host. A browser page is a client of the API like any other.
package localui

import (
	"embed"
	"io/fs"
	"net/http"
)

//go:embed all:web/dist
var dist embed.FS

// Handler serves the pages. A path that is no file is a page of the application, which its own router shows.
func Handler() http.Handler {
	files, err := fs.Sub(dist, "web/dist")
	if err != nil {
		panic(err) // the folder is embedded, so it is there
	}
	server := http.FileServerFS(files)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			http.Error(w, "only GET and HEAD are served here", http.StatusMethodNotAllowed)
			return
		}
		if f, err := files.Open(clean(r.URL.Path)); err == nil {
			_ = f.Close()
			server.ServeHTTP(w, r)
			return
		}
		http.ServeFileFS(w, r, files, "index.html")
	})
}

func clean(path string) string {
	if path == "/" || path == "" {
		return "index.html"
	}
	return path[1:]
}
