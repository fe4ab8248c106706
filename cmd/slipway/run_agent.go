package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"strings"

	"github.com/coreos/go-systemd/v22/daemon"

	"github.com/slipway-os/slipway/agent"
)

// memoryGoal is where the collector begins to work harder, in bytes: the agent shares the host with etcd and the API server.
// Set here and not as GOMEMLIMIT, which kubeadm and kubectl would inherit.
const memoryGoal = 40 << 20

// runAgent runs the agent in the foreground. Under systemd it says when it is ready (sd_notify(3)).
func runAgent(ctx context.Context, root string) error {
	debug.SetMemoryLimit(memoryGoal)
	cfg, err := agent.LoadConfig(root, version)
	if err != nil {
		return err
	}
	var lines slog.Handler = slog.NewTextHandler(os.Stderr, nil)
	if os.Getenv("JOURNAL_STREAM") != "" { // systemd.exec(5)
		lines = newJournalHandler(os.Stderr)
	}
	log := slog.New(lines)
	return agent.Run(ctx, cfg, log, func(urls []string) {
		_, _ = daemon.SdNotify(false, daemon.SdNotifyReady)
		fmt.Println("Local UI:", strings.Join(urls, " "))
	})
}
