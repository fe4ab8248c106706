package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
)

func (c *cli) auditCommand() *cobra.Command {
	var q api.ListAuditParams
	var since time.Duration
	var file string
	cmd := &cobra.Command{Use: "audit", Short: "Show who changed what, newest first", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		if since > 0 {
			q.Since = time.Now().Add(-since)
		}
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			if file != "" {
				format := "json"
				if strings.HasSuffix(file, ".csv") {
					format = "csv"
				}
				_, err := fetchFile(client, file, func() (*http.Response, error) {
					return client.GetAuditFile(ctx, &api.GetAuditFileParams{Format: format, User: q.User, Text: q.Text, Outcome: q.Outcome, Since: q.Since})
				})
				return err
			}
			log, err := apiclient.Decode[[]api.AuditEntry](client, func() (*http.Response, error) { return client.ListAudit(ctx, &q) })
			if err != nil {
				return err
			}
			return c.print(log, func(w io.Writer) {
				for _, e := range log {
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", e.Time.Format(time.RFC3339), e.User, e.Via, e.Action, e.Outcome, e.Detail)
				}
			})
		})
	}}
	f := cmd.Flags()
	f.IntVar(&q.Limit, "limit", 100, "how many entries at most (1 to 1000)")
	f.StringVar(&q.User, "by", "", "only what this user did")
	f.StringVar(&q.Text, "text", "", "only actions with this in them")
	f.StringVar(&q.Outcome, "outcome", "", "done, refused, or the code of a refusal such as login:wrong-password")
	f.DurationVar(&since, "since", 0, "only the last while, such as 24h")
	f.StringVar(&file, "file", "", "write all that match, up to 50000, to this .json or .csv file instead")
	return cmd
}
