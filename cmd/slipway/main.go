// Command slipway is the one binary on a host: the agent, the console, and the command line that does all that the
// screens do. Exit codes: 0 done, 1 failed, 2 wrong usage. Errors are one sentence on stderr that says what to do.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := newRoot()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	fmt.Fprintln(os.Stderr, "slipway:", err)
	if usage := new(usageError); errors.As(err, &usage) || strings.HasPrefix(err.Error(), "unknown command") {
		return 2
	}
	return 1
}

// usageError marks a mistake in how the command was called.
type usageError struct{ error }

func usagef(format string, a ...any) error { return &usageError{fmt.Errorf(format, a...)} }
