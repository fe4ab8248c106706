package apiserver

import (
	"context"

	"github.com/slipway-os/slipway/agent/api"
)

// What a question that leaves it open gets.
const (
	defaultCount = 4
	defaultLines = 100
)

// DiagPing asks an address whether it answers.
func (s *Server) DiagPing(ctx context.Context, r api.DiagPingRequestObject) (api.DiagPingResponseObject, error) {
	if r.Body == nil {
		return nil, errNoBody
	}
	count := r.Body.Count
	if count == 0 {
		count = defaultCount
	}
	a, err := s.Diag.Ping(ctx, r.Body.Target, count)
	return api.DiagPing200JSONResponse(a), err
}

// DiagTrace finds the way to an address.
func (s *Server) DiagTrace(ctx context.Context, r api.DiagTraceRequestObject) (api.DiagTraceResponseObject, error) {
	if r.Body == nil {
		return nil, errNoBody
	}
	a, err := s.Diag.Trace(ctx, r.Body.Target)
	return api.DiagTrace200JSONResponse(a), err
}

// DiagLogs shows what the agent logged.
func (s *Server) DiagLogs(ctx context.Context, r api.DiagLogsRequestObject) (api.DiagLogsResponseObject, error) {
	lines := r.Params.Lines
	if lines == 0 {
		lines = defaultLines
	}
	l, err := s.Diag.Logs(ctx, lines, r.Params.Errors)
	return api.DiagLogs200JSONResponse{Lines: l}, err
}
