package sync

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"github.com/slipway-os/slipway/agent/content"
)

// Paths of the protocol between hosts.
const (
	blobPath = "/peer/v1/blobs/"
	havePath = "/peer/v1/have"
)

// DefaultUploads is how many blobs a host sends at once; more askers get 503
// and go on with another host.
const DefaultUploads = 4

// sendLimit bounds one answer.
const sendLimit = 10 * time.Minute

// Blobs is what a host serves to its peers; *store.Store is one.
type Blobs interface {
	Have() (digests []string, tag string)
	Open(digest string) (io.ReadSeekCloser, int64, error)
	// Verify reads a blob and drops it when it is damaged.
	Verify(ctx context.Context, digest string) error
}

// Handler serves blobs by digest, with ranges, and the list of digests to the
// other hosts of the group:
//
//	GET, HEAD /peer/v1/blobs/{digest}
//	POST      /peer/v1/blobs/{digest}/verify   "it arrived damaged: look yourself"
//	GET       /peer/v1/have                    JSON array of digests, with ETag
//
// It knows no callers: mount it behind the check of the peer's certificate.
// uploads bounds the blobs sent at once.
func Handler(b Blobs, uploads int) http.Handler {
	s := &server{blobs: b, slots: make(chan struct{}, uploads)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+blobPath+"{digest}", s.blob)
	mux.HandleFunc("POST "+blobPath+"{digest}/verify", s.verify)
	mux.HandleFunc("GET "+havePath, s.have)
	return mux
}

type server struct {
	blobs Blobs
	slots chan struct{}
}

// admit takes the digest from the path and one of the slots. On false it has
// answered.
func (s *server) admit(w http.ResponseWriter, r *http.Request) (digest string, ok bool) {
	digest = r.PathValue("digest")
	if _, err := content.DigestHex(digest); err != nil {
		http.Error(w, "not a digest", http.StatusBadRequest)
		return "", false
	}
	select {
	case s.slots <- struct{}{}:
		return digest, true
	default:
		w.Header().Set("Retry-After", "1")
		http.Error(w, "this host sends as many blobs as it may", http.StatusServiceUnavailable)
		return "", false
	}
}

// verify lets a peer that got wrong bytes make this host look at its disk: a
// damaged blob is dropped here, and this host's own sync fetches it anew.
func (s *server) verify(w http.ResponseWriter, r *http.Request) {
	digest, ok := s.admit(w, r)
	if !ok {
		return
	}
	defer func() { <-s.slots }()
	if err := s.blobs.Verify(r.Context(), digest); err != nil {
		http.Error(w, "no such blob on this host any more", http.StatusNotFound)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (s *server) blob(w http.ResponseWriter, r *http.Request) {
	digest, ok := s.admit(w, r)
	if !ok {
		return
	}
	defer func() { <-s.slots }()
	f, _, err := s.blobs.Open(digest)
	if err != nil {
		http.Error(w, "no such blob on this host", http.StatusNotFound)
		return
	}
	defer f.Close()
	// A peer that stopped reading must not hold its slot for ever; one that is
	// only slow resumes by range.
	rc := http.NewResponseController(w)
	_ = rc.SetWriteDeadline(time.Now().Add(sendLimit)) // not every test writer can
	defer func() { _ = rc.SetWriteDeadline(time.Time{}) }()
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("ETag", `"`+digest+`"`)
	http.ServeContent(w, r, "", time.Time{}, f)
}

func (s *server) have(w http.ResponseWriter, r *http.Request) {
	digests, tag := s.blobs.Have()
	tag = `"` + tag + `"`
	w.Header().Set("ETag", tag)
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(digests) // a broken connection is the client's to notice
}
