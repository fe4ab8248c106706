package main

import (
	"context"
	"os"
	"os/exec"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/slipway-os/slipway/tui"
)

// kernelTerminal is the terminal that the kernel writes its own messages over.
const kernelTerminal = "linux"

func (c *cli) tuiCommand() *cobra.Command {
	return &cobra.Command{Use: "tui", Short: "The console: see the host and set it up with keys", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		debug.SetGCPercent(50) // the console stays for months: memory counts more than the time to collect it
		client, done, err := c.connect(cmd.Context())
		if err != nil {
			return err
		}
		defer done()
		o := tui.Options{Client: client, Version: version}
		if c.host == "" {
			o.Journal = agentJournal
		}
		if os.Getenv("TERM") == kernelTerminal {
			o.Redraw = 10 * time.Second
		}
		return tui.Run(cmd.Context(), o)
	}}
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
