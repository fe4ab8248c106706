package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
)

// filesCommand lists what was left on the host for whoever looks into a fault, and fetches it.
func (c *cli) filesCommand() *cobra.Command {
	var to string
	get := &cobra.Command{Use: "get FOLDER/NAME", Short: "Fetch one file", Args: one("file, such as files/trace.txt"), RunE: func(cmd *cobra.Command, args []string) error {
		folder, name, ok := strings.Cut(args[0], "/")
		if !ok || name == "" {
			return usagef("%q names no file; slipway diag files lists them", args[0])
		}
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			file := to
			if file == "" {
				file = filepath.Base(name)
			}
			n, err := fetchFile(client, file, func() (*http.Response, error) { return client.GetDiagFile(ctx, folder, name) })
			if err != nil {
				return err
			}
			return c.print(made{file, n}, func(w io.Writer) { fmt.Fprintf(w, "%s: %s\n", file, size(n)) })
		})
	}}
	get.Flags().StringVar(&to, "to", "", "file to write to, of the same name here otherwise")
	list := &cobra.Command{Use: "files", Short: "List the files in /var/log/files of the host and its core dumps", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			l, err := apiclient.Decode[[]api.DiagFile](client, func() (*http.Response, error) { return client.ListDiagFiles(ctx) })
			if err != nil {
				return err
			}
			return c.print(l, func(w io.Writer) {
				fmt.Fprintln(w, "FILE\tSIZE\tCHANGED")
				for _, f := range l {
					fmt.Fprintf(w, "%s/%s\t%s\t%s\n", f.Folder, f.Name, size(f.SizeBytes), f.ModifiedAt.Format(time.RFC3339))
				}
			})
		})
	}}
	list.AddCommand(get)
	return list
}
