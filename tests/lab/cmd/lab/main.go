// Command lab keeps a lab of Slipway hosts up for people: `make lab` is `lab up`.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"github.com/slipway-os/slipway/tests/lab"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), unix.SIGINT, unix.SIGTERM)
	err := newRoot().ExecuteContext(ctx)
	stop()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit): // of the command inside the host, which has said why
		os.Exit(exit.ExitCode())
	case err != nil:
		fmt.Fprintln(os.Stderr, "lab:", err)
		os.Exit(1)
	}
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "lab",
		Short:         "Run several Slipway hosts on this machine",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	name := root.PersistentFlags().String("name", "demo", "name of the lab")
	root.AddCommand(newUp(name), newDown(name), newStatus(name), newExec(name), newConsole(name), newForward(name))
	return root
}

func newDown(name *string) *cobra.Command {
	return &cobra.Command{
		Use:   "down",
		Short: "Take the lab down without a trace",
		Args:  cobra.NoArgs,
		RunE:  func(*cobra.Command, []string) error { return lab.Remove(*name) },
	}
}

func newExec(name *string) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "exec HOST [--] COMMAND...",
		Short: "Run a command as root on a host",
		Args:  cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			h, err := find(*name, args[0])
			if err != nil {
				return err
			}
			command := args[1:]
			if command[0] == "--" {
				command = command[1:]
			}
			inside, err := h.Command(cmd.Context(), command...)
			if err != nil {
				return err
			}
			inside.Stdin, inside.Stdout, inside.Stderr = os.Stdin, os.Stdout, os.Stderr
			return lab.Run(inside)
		},
	}
	cmd.Flags().SetInterspersed(false) // the flags after HOST are the command's
	return cmd
}

func newConsole(name *string) *cobra.Command {
	return &cobra.Command{
		Use:   "console HOST",
		Short: "Sit down at a host's console (leave with Ctrl-b d)",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			h, err := find(*name, args[0])
			if err != nil {
				return err
			}
			console := h.ConsoleCommand(cmd.Context())
			console.Stdin, console.Stdout, console.Stderr = os.Stdin, os.Stdout, os.Stderr
			return console.Run()
		},
	}
}

func newForward(name *string) *cobra.Command {
	return &cobra.Command{
		Use:    "forward",
		Short:  "Offer every host's port 5080 at its own loopback address (up starts this)",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			l, err := lab.Open(*name)
			if err != nil {
				return err
			}
			return l.Forward(cmd.Context())
		},
	}
}

func find(name, host string) (*lab.Host, error) {
	l, err := lab.Open(name)
	if err != nil {
		return nil, err
	}
	return l.Find(host)
}
