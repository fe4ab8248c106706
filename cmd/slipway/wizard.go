package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/google/renameio/v2"
	"github.com/spf13/cobra"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
)

// clusterDraft shows, keeps and drops what the wizard of the Local UI works on.
func (c *cli) clusterDraft() *cobra.Command {
	show := &cobra.Command{Use: "show", Short: "Print the draft as `cluster create -f` takes it", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			d, err := apiclient.Decode[api.ClusterDraft](client, func() (*http.Response, error) { return client.GetClusterDraft(ctx) })
			if err != nil {
				return err
			}
			return c.print(d, func(w io.Writer) { fmt.Fprintln(w, d.Spec) })
		})
	}}
	var file string
	save := &cobra.Command{Use: "save -f FILE", Short: "Keep a cluster spec as the draft; it may be unfinished, but holds no secrets", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			spec, err := readSpec(file)
			if err != nil {
				return err
			}
			d, err := apiclient.Decode[api.ClusterDraft](client, func() (*http.Response, error) {
				return client.PutClusterDraft(ctx, api.ClusterDraftChange{Spec: spec})
			})
			if err != nil {
				return err
			}
			return c.print(d, func(w io.Writer) { fmt.Fprintf(w, "kept at %s\n", d.SavedAt.Format(time.RFC3339)) })
		})
	}}
	save.Flags().StringVarP(&file, "file", "f", "", "the cluster spec (YAML or JSON); - reads standard input")
	drop := &cobra.Command{Use: "delete", Short: "Forget the draft", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			_, err := apiclient.Decode[struct{}](client, func() (*http.Response, error) { return client.DeleteClusterDraft(ctx) })
			return err
		})
	}}
	return group("draft", "The answers of the wizard that are kept on the leader", show, save, drop)
}

func (c *cli) clusterProbe() *cobra.Command {
	return &cobra.Command{Use: "probe-vip ADDRESS", Short: "Ask the network whether an address is free to become the VIP", Args: one("address"), RunE: func(cmd *cobra.Command, args []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			p, err := apiclient.Decode[api.VIPProbe](client, func() (*http.Response, error) {
				return client.ProbeVip(ctx, &api.ProbeVipParams{Address: args[0]})
			})
			if err != nil {
				return err
			}
			if err := c.print(p, func(w io.Writer) { fmt.Fprintln(w, p.Message) }); err != nil || p.State != api.Used {
				return err
			}
			return fmt.Errorf("%s", p.Message)
		})
	}}
}

// clusterCertificate writes the key to a file that only its owner may read; it is never printed.
func (c *cli) clusterCertificate() *cobra.Command {
	var certFile, keyFile string
	cmd := &cobra.Command{Use: "new-certificate NAME --certificate FILE --key FILE", Short: "Make a key pair for a variable that asks for a certificate", Args: one("name"), RunE: func(cmd *cobra.Command, args []string) error {
		if certFile == "" || keyFile == "" {
			return usagef("--certificate FILE and --key FILE are needed: where to write the two")
		}
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			made, err := apiclient.Decode[api.NewCertificate](client, func() (*http.Response, error) {
				return client.NewClusterCertificate(ctx, api.CertificateRequest{CommonName: args[0]})
			})
			if err != nil {
				return err
			}
			for file, text := range map[string]string{keyFile: made.Key, certFile: made.Certificate} {
				if err := renameio.WriteFile(file, []byte(text), 0o600, renameio.IgnoreUmask()); err != nil {
					return err
				}
			}
			fmt.Fprintf(os.Stderr, "wrote %s and %s\n", certFile, keyFile)
			return nil
		})
	}}
	cmd.Flags().StringVar(&certFile, "certificate", "", "file for the certificate (PEM)")
	cmd.Flags().StringVar(&keyFile, "key", "", "file for the private key (PEM)")
	return cmd
}

func (c *cli) contentScreen() *cobra.Command {
	return &cobra.Command{Use: "screen NAME VERSION", Short: "Print the screen that a cluster definition brings for its variables (HTML)", Args: func(cmd *cobra.Command, args []string) error {
		if len(args) != 2 {
			return usagef("%s takes the name and the version of a definition; slipway content definitions lists them", cmd.CommandPath())
		}
		return nil
	}, RunE: func(cmd *cobra.Command, args []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			html, err := apiclient.Decode[[]byte](client, func() (*http.Response, error) { return client.GetDefinitionScreen(ctx, args[0], args[1]) })
			if err != nil {
				return err
			}
			if c.output == "json" {
				return printJSON(map[string]string{"html": string(html)})
			}
			_, err = os.Stdout.Write(html)
			return err
		})
	}}
}

func (c *cli) contentStorage() *cobra.Command {
	return &cobra.Command{Use: "storage", Short: "Show how full the storage pool is, the registry's health and the last upload", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			s, err := apiclient.Decode[api.Storage](client, func() (*http.Response, error) { return client.GetStorage(ctx) })
			if err != nil {
				return err
			}
			return c.print(s, func(w io.Writer) { storageTable(w, s) })
		})
	}}
}

func storageTable(w io.Writer, s api.Storage) {
	registry := "healthy"
	if !s.Registry.Healthy {
		registry = s.Registry.Message
	}
	fmt.Fprintf(w, "Pool\t%s\nSize\t%s\nFree for content\t%s\nContent\t%s\nRegistry\t%s, %s\n",
		s.Path, size(s.TotalBytes), size(s.FreeBytes), size(s.ContentBytes), s.Registry.Address, registry)
	if l := s.LastUpload; l.Name != "" {
		fmt.Fprintf(w, "Last upload\t%s, %s, %s\nSHA-256\t%s\nOutcome\t%s\n", l.Name, size(l.SizeBytes), l.At.Format(time.RFC3339), l.Sha256, orDash(l.Error))
	}
	for _, u := range s.Unfinished {
		fmt.Fprintf(w, "Unfinished\t%s, %s of %s\n", u.Name, size(u.ReceivedBytes), size(u.SizeBytes))
	}
}
