package main

import (
	"context"
	"io"
	"log/slog"
)

// journalHandler writes lines that begin with their priority, as sd-daemon(3) has it: without that the journal takes every
// line for mere information, and can be asked neither for warnings nor for errors.
type journalHandler struct {
	low, info, warn, err slog.Handler
}

func newJournalHandler(w io.Writer) journalHandler {
	handler := func(priority string) slog.Handler {
		return slog.NewTextHandler(prefixed{w, priority}, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey && len(groups) == 0 {
				return slog.Attr{} // the journal has the time already
			}
			return a
		}})
	}
	return journalHandler{handler("<7>"), handler("<6>"), handler("<4>"), handler("<3>")}
}

func (h journalHandler) of(l slog.Level) slog.Handler {
	switch {
	case l >= slog.LevelError:
		return h.err
	case l >= slog.LevelWarn:
		return h.warn
	case l >= slog.LevelInfo:
		return h.info
	}
	return h.low
}

// Enabled implements slog.Handler.
func (h journalHandler) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelInfo }

// Handle implements slog.Handler.
func (h journalHandler) Handle(ctx context.Context, r slog.Record) error {
	return h.of(r.Level).Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (h journalHandler) WithAttrs(a []slog.Attr) slog.Handler {
	return journalHandler{h.low.WithAttrs(a), h.info.WithAttrs(a), h.warn.WithAttrs(a), h.err.WithAttrs(a)}
}

// WithGroup implements slog.Handler.
func (h journalHandler) WithGroup(name string) slog.Handler {
	return journalHandler{h.low.WithGroup(name), h.info.WithGroup(name), h.warn.WithGroup(name), h.err.WithGroup(name)}
}

// prefixed writes each line, of which a handler makes one Write, in one Write too.
type prefixed struct {
	w      io.Writer
	prefix string
}

func (p prefixed) Write(b []byte) (int, error) {
	if _, err := p.w.Write(append([]byte(p.prefix), b...)); err != nil {
		return 0, err
	}
	return len(b), nil
}
