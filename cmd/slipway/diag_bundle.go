package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
)

// made is what diag bundle says with -o json.
type made struct {
	File      string `json:"file"`
	SizeBytes int64  `json:"sizeBytes"`
}

// bundleCommand has an -o of its own: a file's name, or json as everywhere else.
func (c *cli) bundleCommand() *cobra.Command {
	var out, stick string
	cmd := &cobra.Command{Use: "bundle [-o FILE]", Short: "Make a support bundle of the host, without secrets, and fetch it", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		if stick != "" && out != "" && out != "json" {
			return usagef("the bundle goes to a file (-o) or to a stick (--stick), not to both")
		}
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			if stick != "" {
				c.output = out
				return c.follow(ctx, client, func() (*http.Response, error) {
					return client.WriteSupportBundle(ctx, api.StickRequest{Device: stick})
				})
			}
			op, err := apiclient.Decode[api.Operation](client, func() (*http.Response, error) { return client.MakeSupportBundle(ctx) })
			if err != nil {
				return err
			}
			p := newProgress(os.Stderr)
			_, err = client.WaitOperation(ctx, op.Id, p.operation)
			p.end()
			if err != nil {
				return err
			}
			file := out
			if out == "" || out == "json" {
				b, err := apiclient.Decode[api.SupportBundle](client, func() (*http.Response, error) { return client.GetSupportBundle(ctx) })
				if err != nil {
					return err
				}
				file = filepath.Base(b.Name)
			}
			n, err := fetchFile(client, file, func() (*http.Response, error) { return client.GetSupportBundleFile(ctx) })
			if err != nil {
				return err
			}
			if out == "json" {
				return printJSON(made{file, n})
			}
			fmt.Printf("%s: %s. What looks like a secret was taken out; look through it before you hand it on.\n", file, size(n))
			return nil
		})
	}}
	cmd.Flags().StringVarP(&out, "output", "o", "", "file to write to, of whatever name the host gives otherwise; json prints the file's name for programs")
	cmd.Flags().StringVar(&stick, "stick", "", "write it to this USB stick of the host instead, see diag sticks")
	return cmd
}

// fetchFile writes an answer to a file that only its owner can read. What is half there is not left.
func fetchFile(client *apiclient.Client, file string, call func() (*http.Response, error)) (n int64, err error) {
	resp, err := call()
	if err == nil && resp.StatusCode >= 300 {
		_, err = apiclient.Decode[struct{}](client, func() (*http.Response, error) { return resp, nil })
	}
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	f, err := os.OpenFile(file+".partial", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	n, err = io.Copy(f, resp.Body)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(file+".partial", file)
	}
	if err != nil {
		_ = os.Remove(file + ".partial")
	}
	return n, err
}
