package apiserver

import (
	"context"
	"net/http"

	"github.com/slipway-os/slipway/agent/api"
)

// What a question that leaves it open gets.
const (
	defaultCount = 4
	defaultLines = 100
)

// DiagPing asks an address whether it answers.
func (s *Server) DiagPing(ctx context.Context, r api.DiagPingRequestObject) (api.DiagPingResponseObject, error) {
	count := r.Body.Count
	if count == 0 {
		count = defaultCount
	}
	a, err := s.Diag.Ping(ctx, r.Body.Target, count)
	return api.DiagPing200JSONResponse(a), err
}

// DiagTrace finds the way to an address.
func (s *Server) DiagTrace(ctx context.Context, r api.DiagTraceRequestObject) (api.DiagTraceResponseObject, error) {
	a, err := s.Diag.Trace(ctx, r.Body.Target)
	return api.DiagTrace200JSONResponse(a), err
}

// LookUpName looks a name up.
func (s *Server) LookUpName(ctx context.Context, r api.LookUpNameRequestObject) (api.LookUpNameResponseObject, error) {
	a, err := s.Diag.Lookup(ctx, *r.Body)
	return api.LookUpName200JSONResponse(a), err
}

// DiagPort tries to open a TCP connection.
func (s *Server) DiagPort(ctx context.Context, r api.DiagPortRequestObject) (api.DiagPortResponseObject, error) {
	a, err := s.Diag.Port(ctx, r.Body.Target, r.Body.Port)
	return api.DiagPort200JSONResponse(a), err
}

// DiagNeighbours lists who is in the networks of this host.
func (s *Server) DiagNeighbours(ctx context.Context, _ api.DiagNeighboursRequestObject) (api.DiagNeighboursResponseObject, error) {
	l, err := s.Diag.Neighbours(ctx)
	return api.DiagNeighbours200JSONResponse(l), err
}

// agentUnit is the one whose log every user may read.
const agentUnit = "slipway-agent.service"

// DiagLogs shows what was logged. What other programs than the agent log is for administrators, as on any Linux.
func (s *Server) DiagLogs(ctx context.Context, r api.DiagLogsRequestObject) (api.DiagLogsResponseObject, error) {
	if r.Params.Unit != "" && r.Params.Unit != agentUnit && CallerFrom(ctx).Role != "admin" {
		return nil, Errorf(http.StatusForbidden, "not-allowed", "Only a member of group slipway-admin may read the log of %s; that of the agent is for every user.", r.Params.Unit)
	}
	if r.Params.Lines == 0 {
		r.Params.Lines = defaultLines
	}
	l, err := s.Diag.Logs(ctx, r.Params)
	return api.DiagLogs200JSONResponse(l), err
}

// DiagErrors shows what went wrong with the agent lately.
func (s *Server) DiagErrors(ctx context.Context, _ api.DiagErrorsRequestObject) (api.DiagErrorsResponseObject, error) {
	l, err := s.Diag.Errors(ctx)
	return api.DiagErrors200JSONResponse(l), err
}

// ListDiagFiles lists what was left on the host for whoever looks into a fault.
func (s *Server) ListDiagFiles(ctx context.Context, _ api.ListDiagFilesRequestObject) (api.ListDiagFilesResponseObject, error) {
	l, err := s.Diag.Files(ctx)
	return api.ListDiagFiles200JSONResponse(l), err
}

// GetDiagFile hands one out, to administrators: the memory of a program that died has its secrets in it.
func (s *Server) GetDiagFile(ctx context.Context, r api.GetDiagFileRequestObject) (api.GetDiagFileResponseObject, error) {
	if CallerFrom(ctx).Role != "admin" {
		return nil, Errorf(http.StatusForbidden, "not-allowed", "Only a member of group slipway-admin may fetch files and core dumps.")
	}
	f, d, err := s.Diag.OpenFile(ctx, r.Folder, r.Name)
	if err != nil {
		return nil, err
	}
	return api.GetDiagFile200ApplicationoctetStreamResponse{Body: f, ContentLength: d.SizeBytes,
		Headers: api.GetDiagFile200ResponseHeaders{ContentDisposition: attachment(d.Name)}}, nil
}

// GetSupportBundle says what bundle there is.
func (s *Server) GetSupportBundle(ctx context.Context, _ api.GetSupportBundleRequestObject) (api.GetSupportBundleResponseObject, error) {
	b, err := s.Support.Show(ctx)
	return api.GetSupportBundle200JSONResponse(b), err
}

// MakeSupportBundle makes one.
func (s *Server) MakeSupportBundle(ctx context.Context, _ api.MakeSupportBundleRequestObject) (api.MakeSupportBundleResponseObject, error) {
	op, err := s.Support.Make(ctx)
	return api.MakeSupportBundle202JSONResponse{StartedJSONResponse: api.StartedJSONResponse(op)}, err
}

// GetSupportBundleFile hands it out, to administrators: logs tell much about a host even without secrets.
func (s *Server) GetSupportBundleFile(ctx context.Context, _ api.GetSupportBundleFileRequestObject) (api.GetSupportBundleFileResponseObject, error) {
	if CallerFrom(ctx).Role != "admin" {
		return nil, Errorf(http.StatusForbidden, "not-allowed", "Only a member of group slipway-admin may fetch the support bundle.")
	}
	f, b, err := s.Support.Open(ctx)
	if err != nil {
		return nil, err
	}
	return api.GetSupportBundleFile200ApplicationgzipResponse{Body: f, ContentLength: b.SizeBytes,
		Headers: api.GetSupportBundleFile200ResponseHeaders{ContentDisposition: attachment(b.Name)}}, nil
}

// ListSticks lists what a bundle can be written to.
func (s *Server) ListSticks(ctx context.Context, _ api.ListSticksRequestObject) (api.ListSticksResponseObject, error) {
	l, err := s.Support.Sticks(ctx)
	return api.ListSticks200JSONResponse(l), err
}

// WriteSupportBundle makes a bundle and writes it to a stick.
func (s *Server) WriteSupportBundle(ctx context.Context, r api.WriteSupportBundleRequestObject) (api.WriteSupportBundleResponseObject, error) {
	op, err := s.Support.Write(ctx, r.Body.Device)
	return api.WriteSupportBundle202JSONResponse{StartedJSONResponse: api.StartedJSONResponse(op)}, err
}

// attachment makes a browser save the answer under a name of letters, digits, hyphens and dots.
func attachment(name string) string { return `attachment; filename="` + name + `"` }
