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

func (c *cli) operationCommand() *cobra.Command {
	list := &cobra.Command{Use: "list", Short: "List operations, newest first", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			ops, err := apiclient.Decode[[]api.Operation](client, func() (*http.Response, error) { return client.ListOperations(ctx) })
			if err != nil {
				return err
			}
			return c.print(ops, func(w io.Writer) {
				fmt.Fprintln(w, "ID\tKIND\tSTATE\tSTARTED\tERROR")
				for _, op := range ops {
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", op.Id, op.Kind, op.State, op.CreatedAt.Format(time.RFC3339), op.Error)
				}
			})
		})
	}}
	show := &cobra.Command{Use: "show ID", Short: "Show an operation with its steps", Args: one("id"), RunE: func(cmd *cobra.Command, args []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			op, err := apiclient.Decode[api.Operation](client, func() (*http.Response, error) {
				return client.GetOperation(ctx, args[0], &api.GetOperationParams{})
			})
			if err != nil {
				return err
			}
			return c.print(op, func(w io.Writer) { operationTable(w, op) })
		})
	}}
	wait := &cobra.Command{Use: "wait ID", Short: "Wait until an operation has ended", Args: one("id"), RunE: func(cmd *cobra.Command, args []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error { return c.watch(ctx, client, args[0]) })
	}}
	cancel := &cobra.Command{Use: "cancel ID", Short: "Ask an operation to stop", Args: one("id"), RunE: func(cmd *cobra.Command, args []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			_, err := apiclient.Decode[api.Operation](client, func() (*http.Response, error) { return client.CancelOperation(ctx, args[0]) })
			return err
		})
	}}
	return group("operation", "Long work: its steps, progress and outcome", list, show, wait, cancel)
}

func operationTable(w io.Writer, op api.Operation) {
	fmt.Fprintf(w, "Id\t%s\nKind\t%s\nState\t%s\n", op.Id, op.Kind, op.State)
	if op.Error != "" {
		fmt.Fprintf(w, "Error\t%s\n", op.Error)
	}
	if op.Progress != nil {
		fmt.Fprintf(w, "Done\t%s\n", amount(*op.Progress))
	}
	fmt.Fprintln(w)
	stepTable(w, op.Steps)
}

func stepTable(w io.Writer, steps []api.Step) {
	fmt.Fprintln(w, "STEP\tSTATE\tTIME\tPROGRESS\tMESSAGE")
	for _, s := range steps {
		took, amt := "", ""
		if s.EndedAt != nil && s.StartedAt != nil {
			took = s.EndedAt.Sub(*s.StartedAt).Round(100 * time.Millisecond).String()
		}
		if s.Progress != nil && s.Progress.Total > 0 {
			amt = amount(*s.Progress)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", s.Name, s.State, took, amt, s.Message)
	}
}
