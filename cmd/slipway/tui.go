package main

import (
	"context"
	"os/exec"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/slipway-os/slipway/tui"
)

func (c *cli) tuiCommand() *cobra.Command {
	var own bool
	cmd := &cobra.Command{Use: "tui", Short: "The console: see the host and set it up with keys", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		debug.SetGCPercent(50) // the console stays for months: memory counts more than the time to collect it
		client, done, err := c.connect(cmd.Context())
		if err != nil {
			return err
		}
		defer done()
		o := tui.Options{Client: client, Version: version, Stay: own}
		if own {
			o.Redraw = 30 * time.Second
		}
		if c.host == "" {
			o.Journal = agentJournal
		}
		return tui.Run(cmd.Context(), o)
	}}
	cmd.Flags().BoolVar(&own, "console", false, "as the machine's own screen: it cannot be left, and is written anew every 30 s, for the system writes over it")
	return cmd
}

// agentJournal is what the agent logged last, for when it does not answer; empty when it cannot be read.
func agentJournal(ctx context.Context) []string {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "journalctl", "--unit=slipway-agent.service", "--lines=6", "--no-pager", "--output=cat", "--quiet").Output()
	if err != nil || len(out) > 64<<10 {
		return nil
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}
