// Package tus takes resumable uploads (tus 1.0, tus.io/protocols) into the
// storage pool and hands each complete file on for import. The protocol is
// tusd's; the files are ours, because an offset the client was told must hold
// after a power cut:
//
//	<dir>/<id>.part   the bytes so far
//	<dir>/<id>.json   checkpoint: offset, SHA-256 state, size, file name
//
//	POST -> incomplete --PATCH: checkpoint every 64 MiB and at the end--> complete
//	           |  no checkpoint for Expiry, or DELETE                        |
//	           v                                              Complete(): the caller imports,
//	         removed                                          then calls Remove
//
// A checkpoint is: fdatasync of the bytes, then the record by rename. After a
// kill the bytes beyond the last checkpoint are cut off and sent again.
package tus

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/tus/tusd/v2/pkg/handler"
	"github.com/tus/tusd/v2/pkg/memorylocker"
	expslog "golang.org/x/exp/slog"
)

// OperationHeader is in the answer to the last PATCH: the id of the operation
// that imports the upload.
const OperationHeader = "Slipway-Operation"

// Options configure a Server. Dir is needed; it must be on the storage pool.
type Options struct {
	Dir string
	Log *slog.Logger
	// BasePath is the path the handler is mounted at, such as /upload/.
	BasePath string
	// MaxBytes bounds one upload; 0 is 512 GiB, the limit of a bundle.
	MaxBytes int64
	// MaxIncomplete bounds the uploads under way; 0 is 16.
	MaxIncomplete int
	// Expiry is after how long without progress an incomplete upload is
	// removed; 0 is 24 h.
	Expiry time.Duration
	// CheckSpace fails when need more bytes do not fit into the pool. nil: no check.
	CheckSpace func(need int64) error
	// Complete is called once after the last byte is durable. It starts the
	// import as an operation, quickly, and returns the operation's id. If the
	// agent is killed before, the upload is in Completed at the next start.
	Complete func(ctx context.Context, u Upload) (operation string, err error)
	Now      func() time.Time
}

// Upload is one upload in the pool.
type Upload struct {
	ID          string    `json:"id"`
	Filename    string    `json:"filename"` // only to show: it names no file here
	SizeBytes   int64     `json:"sizeBytes"`
	OffsetBytes int64     `json:"offsetBytes"`
	SHA256      string    `json:"sha256,omitempty"` // hex, once complete
	CreatedAt   time.Time `json:"createdAt"`
	UpdatedAt   time.Time `json:"updatedAt"`
}

// Done says whether all bytes are there.
func (u Upload) Done() bool { return u.OffsetBytes == u.SizeBytes }

// Server takes uploads. Its ServeHTTP wants the full path, with BasePath.
type Server struct {
	http.Handler
	o     Options
	store *dataStore
}

// New makes a Server over o.Dir, with the uploads that are there.
func New(o Options) (*Server, error) {
	o = o.withDefaults()
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("open the upload folder: %w", err)
	}
	s := &Server{o: o, store: &dataStore{o: o, checkpoint: checkpointBytes, active: map[string]*active{}}}
	if err := s.store.removeTemporary(); err != nil {
		return nil, fmt.Errorf("open the upload folder: %w", err)
	}
	composer := handler.NewStoreComposer()
	composer.UseCore(s.store)
	composer.UseTerminater(s.store)
	composer.UseLocker(memorylocker.New())
	h, err := handler.NewHandler(handler.Config{
		StoreComposer:             composer,
		BasePath:                  o.BasePath,
		MaxSize:                   o.MaxBytes,
		DisableDownload:           true,
		DisableConcatenation:      true,
		Cors:                      &handler.CorsConfig{Disable: true},
		Logger:                    expslog.New(expslog.NewTextHandler(io.Discard, nil)),
		PreFinishResponseCallback: s.finished,
	})
	if err != nil {
		return nil, fmt.Errorf("make the upload server: %w", err)
	}
	s.Handler = http.StripPrefix(strings.TrimSuffix(o.BasePath, "/"), h)
	return s, nil
}

func (o Options) withDefaults() Options {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = 512 << 30
	}
	if o.MaxIncomplete == 0 {
		o.MaxIncomplete = 16
	}
	if o.Expiry == 0 {
		o.Expiry = 24 * time.Hour
	}
	if o.CheckSpace == nil {
		o.CheckSpace = func(int64) error { return nil }
	}
	if o.Complete == nil {
		o.Complete = func(context.Context, Upload) (string, error) { return "", nil }
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// finished runs after FinishUpload, before the client sees success.
func (s *Server) finished(hook handler.HookEvent) (handler.HTTPResponse, error) {
	r, err := s.store.load(hook.Upload.ID)
	if err != nil {
		return handler.HTTPResponse{}, err
	}
	u, err := r.upload()
	if err != nil {
		return handler.HTTPResponse{}, err
	}
	op, err := s.o.Complete(hook.Context, u)
	if err != nil {
		s.o.Log.Error("the import of an upload could not be started", "upload", u.ID, "error", err)
		return handler.HTTPResponse{}, handler.NewError("ERR_IMPORT", err.Error(), http.StatusInternalServerError)
	}
	return handler.HTTPResponse{Header: handler.HTTPHeader{OperationHeader: op}}, nil
}

// Uploads lists all uploads, newest first. The offset of one that is being
// written is live.
func (s *Server) Uploads() ([]Upload, error) {
	records, err := s.store.list()
	if err != nil {
		return nil, err
	}
	var all []Upload
	for _, r := range records {
		u, err := r.upload()
		if err != nil {
			return nil, err
		}
		if a := s.store.writing(u.ID); a != nil {
			u.OffsetBytes = max(u.OffsetBytes, a.offset.Load())
		}
		all = append(all, u)
	}
	slices.SortFunc(all, func(a, b Upload) int { return b.CreatedAt.Compare(a.CreatedAt) })
	return all, nil
}

// Completed lists the uploads whose bytes are all there and durable: those
// that wait for import or are in it.
func (s *Server) Completed() ([]Upload, error) {
	records, err := s.store.list()
	if err != nil {
		return nil, err
	}
	var done []Upload
	for _, r := range records {
		u, err := r.upload()
		if err != nil {
			return nil, err
		}
		if u.Done() {
			done = append(done, u)
		}
	}
	return done, nil
}

// Open opens the bytes of a complete upload.
func (s *Server) Open(id string) (io.ReadCloser, error) {
	r, err := s.store.load(id)
	if err != nil {
		return nil, err
	}
	if r.Offset != r.Size {
		return nil, fmt.Errorf("upload %s is not complete: %d of %d bytes are there", id, r.Offset, r.Size)
	}
	f, err := os.Open(s.store.part(id))
	if err != nil {
		return nil, fmt.Errorf("open upload: %w", err)
	}
	return f, nil
}

// Remove removes an upload: after its import, or because the user gave it up.
// Removing one that is gone is no error.
func (s *Server) Remove(id string) error { return s.store.remove(id) }

// Run removes uploads that expired, until ctx ends.
func (s *Server) Run(ctx context.Context) error {
	tick := time.NewTicker(max(s.o.Expiry/24, time.Second))
	defer tick.Stop()
	for {
		if err := s.Sweep(); err != nil {
			s.o.Log.Warn("expired uploads could not be removed", "error", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// Sweep removes the incomplete uploads without progress for Expiry.
func (s *Server) Sweep() error {
	records, err := s.store.list()
	if err != nil {
		return err
	}
	for _, r := range records {
		if r.Offset == r.Size || s.store.writing(r.ID) != nil || s.o.Now().Sub(r.Updated) < s.o.Expiry {
			continue
		}
		s.o.Log.Info("expired upload removed", "upload", r.ID, "file", r.Filename)
		err = errors.Join(err, s.store.remove(r.ID))
	}
	return errors.Join(err, s.store.removeStray())
}
