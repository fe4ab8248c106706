package apiserver

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/slipway-os/slipway/agent/api"
)

// StreamEvents sends snapshots, then deltas, until the client goes (HTML Living Standard, server-sent events).
func (s *Server) StreamEvents(ctx context.Context, r api.StreamEventsRequestObject) (api.StreamEventsResponseObject, error) {
	var topics []string
	if r.Params.Topics != "" {
		topics = strings.Split(r.Params.Topics, ",")
	}
	ch, err := s.Events.Subscribe(ctx, topics)
	if err != nil {
		return nil, Errorf(http.StatusBadRequest, "events", "%v", err)
	}
	beat := s.Heartbeat
	if beat <= 0 {
		beat = 15 * time.Second
	}
	return &eventStream{ctx: ctx, ch: ch, beat: beat}, nil
}

type eventStream struct {
	ctx  context.Context
	ch   <-chan Event
	beat time.Duration
}

// VisitStreamEventsResponse writes the stream.
func (s *eventStream) VisitStreamEventsResponse(w http.ResponseWriter) error {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
	rc := http.NewResponseController(w)
	tick := time.NewTicker(s.beat)
	defer tick.Stop()
	for {
		if err := rc.Flush(); err != nil {
			return nil //nolint:nilerr // the client went; nobody is left to tell
		}
		var err error
		select {
		case <-s.ctx.Done():
			return nil
		case <-tick.C:
			_, err = io.WriteString(w, ": still here\n\n")
		case e, ok := <-s.ch:
			if !ok {
				return nil
			}
			_, err = fmt.Fprintf(w, "id: %d\nevent: %s\ndata: {\"topic\":%q,\"type\":%q,\"data\":%s}\n\n", e.ID, e.Topic, e.Topic, e.Type, e.Data)
		}
		if err != nil {
			return nil //nolint:nilerr // the client went
		}
	}
}
