package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
)

// followEvery is how often new lines are asked for.
const followEvery = time.Second

func (c *cli) logsCommand() *cobra.Command {
	var q api.DiagLogsParams
	var follow bool
	var since time.Duration
	cmd := &cobra.Command{Use: "logs", Short: "Show what the agent, or another unit, logged last", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		if since > 0 {
			q.Since = time.Now().Add(-since)
		}
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			for {
				l, err := apiclient.Decode[api.LogLines](client, func() (*http.Response, error) { return client.DiagLogs(ctx, &q) })
				if err != nil {
					return err
				}
				err = c.print(l, func(w io.Writer) {
					for _, line := range l.Lines {
						fmt.Fprintln(w, line)
					}
				})
				if err != nil || !follow {
					return err
				}
				q.After, q.Lines = l.Cursor, 1000
				select {
				case <-ctx.Done():
					return nil
				case <-time.After(followEvery):
				}
			}
		})
	}}
	f := cmd.Flags()
	f.IntVar(&q.Lines, "lines", 100, "how many lines, 1 to 1000")
	f.BoolVar(&q.Errors, "errors", false, "only warnings and errors")
	f.StringVar(&q.Unit, "unit", "", "a systemd unit such as kubelet.service, all, or kernel; default the agent")
	f.StringVar(&q.Priority, "priority", "", "only this serious or worse: emerg, alert, crit, err, warning, notice, info, debug")
	f.StringVar(&q.Text, "text", "", "only lines with this text, upper or lower case alike")
	f.DurationVar(&since, "since", 0, "only the last while, such as 2h")
	f.BoolVarP(&follow, "follow", "f", false, "go on showing what comes")
	return cmd
}

func (c *cli) errorsCommand() *cobra.Command {
	return &cobra.Command{Use: "errors", Short: "Show what went wrong with the agent lately, each thing once", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			list, err := apiclient.Decode[[]api.AgentError](client, func() (*http.Response, error) { return client.DiagErrors(ctx) })
			if err != nil {
				return err
			}
			return c.print(list, func(w io.Writer) {
				if len(list) == 0 {
					fmt.Fprintln(w, "The agent has logged no warning and no error.")
					return
				}
				fmt.Fprintln(w, "LAST\tTIMES\tPRIORITY\tMESSAGE")
				for _, e := range list {
					fmt.Fprintf(w, "%s\t%d\t%s\t%s\n", e.LastAt.Format(time.RFC3339), e.Count, e.Priority, e.Message)
				}
			})
		})
	}}
}
