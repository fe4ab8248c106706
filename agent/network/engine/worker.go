package engine

import (
	"context"

	"github.com/slipway-os/slipway/agent/network"
)

// worker does one piece of work at a time. It belongs to one goroutine; outcomes is what that one reads.
type worker struct {
	outcomes chan network.Event
	cancel   context.CancelFunc
	done     chan struct{}
}

// start ends the work of now, waits for that, and begins the next. Work that is ended reports nothing.
func (w *worker) start(ctx context.Context, work func(context.Context) network.Event) {
	w.stop()
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	w.cancel, w.done = cancel, done
	go func() {
		defer close(done)
		outcome := work(ctx)
		select {
		case w.outcomes <- outcome:
		case <-ctx.Done():
		}
	}()
}

// stop ends the work of now and waits for that.
func (w *worker) stop() {
	if w.cancel != nil {
		w.cancel()
		<-w.done
	}
}
