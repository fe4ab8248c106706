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
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/tus/tusd/v2/pkg/handler"
	"github.com/tus/tusd/v2/pkg/memorylocker"
	expslog "golang.org/x/exp/slog"
)

// OperationHeader is in the answer to the last PATCH: the id of the operation
// that imports the upload.
const OperationHeader = "Slipway-Operation"

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
	// The client may hang up now; the import goes on.
	op, err := s.o.Complete(context.WithoutCancel(hook.Context), u)
	if err != nil {
		s.o.Log.Error("the import of an upload could not be started", "upload", u.ID, "error", err)
		return handler.HTTPResponse{}, handler.NewError("ERR_IMPORT", err.Error(), http.StatusInternalServerError)
	}
	return handler.HTTPResponse{Header: handler.HTTPHeader{OperationHeader: op}}, nil
}
