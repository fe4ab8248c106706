package tus

import (
	"context"
	"log/slog"
	"time"
)

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
