package apiserver

import (
	"bytes"
	"context"
	"encoding/csv"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/slipway-os/slipway/agent/api"
)

const (
	defaultAudit = 100
	maxAudit     = 1000
	maxAuditFile = 50_000
)

// ListAudit lists who changed what.
func (s *Server) ListAudit(_ context.Context, r api.ListAuditRequestObject) (api.ListAuditResponseObject, error) {
	p := r.Params
	if p.Limit <= 0 || p.Limit > maxAudit {
		p.Limit = defaultAudit
	}
	l, err := s.Audit.List(AuditFilter{User: p.User, Text: p.Text, Outcome: p.Outcome, Since: p.Since, Until: p.Until, Limit: p.Limit})
	return api.ListAudit200JSONResponse(l), err
}

// GetAuditFile gives the same as a file to keep.
func (s *Server) GetAuditFile(_ context.Context, r api.GetAuditFileRequestObject) (api.GetAuditFileResponseObject, error) {
	p := r.Params
	if p.Format != "" && p.Format != "json" && p.Format != "csv" {
		return nil, Errorf(http.StatusUnprocessableEntity, "audit:format", "The audit log can be had as json or csv, not as %.16q.", p.Format)
	}
	l, err := s.Audit.List(AuditFilter{User: p.User, Text: p.Text, Outcome: p.Outcome, Since: p.Since, Until: p.Until, Limit: maxAuditFile})
	if err != nil {
		return nil, err
	}
	name := "slipway-audit-" + time.Now().UTC().Format("20060102T150405Z")
	if p.Format == "csv" {
		b := auditCSV(l)
		return api.GetAuditFile200TextcsvResponse{Body: bytes.NewReader(b), ContentLength: int64(len(b)),
			Headers: api.GetAuditFile200ResponseHeaders{ContentDisposition: attachment(name + ".csv")}}, nil
	}
	return api.GetAuditFile200JSONResponse{Body: l, Headers: api.GetAuditFile200ResponseHeaders{ContentDisposition: attachment(name + ".json")}}, nil
}

// auditCSV is RFC 4180.
func auditCSV(list []api.AuditEntry) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	rows := [][]string{{"time", "user", "via", "address", "action", "outcome", "dryRun", "detail"}}
	for _, e := range list {
		rows = append(rows, []string{e.Time.UTC().Format(time.RFC3339Nano), cell(e.User), cell(e.Via), cell(e.Address), cell(e.Action), cell(e.Outcome),
			strconv.FormatBool(e.DryRun), cell(e.Detail)})
	}
	_ = w.WriteAll(rows) // a bytes.Buffer takes everything
	return b.Bytes()
}

// cell keeps a spreadsheet from taking a text for a formula (https://owasp.org/www-community/attacks/CSV_Injection).
func cell(s string) string {
	if strings.IndexAny(s, "=+-@\t\r") == 0 {
		return "'" + s
	}
	return s
}
