package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
)

// maxPEM bounds a file with a certificate chain or a key, in bytes.
const maxPEM = 128 << 10

func (c *cli) certificateCommand() *cobra.Command {
	show := &cobra.Command{Use: "show", Short: "Show the certificate that browsers see", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			return c.printCertificate(client, func() (*http.Response, error) { return client.GetCertificate(ctx) })
		})
	}}
	remove := &cobra.Command{Use: "remove", Short: "Go back to the self-signed certificate", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.done(cmd, func(ctx context.Context, client *apiclient.Client) (*http.Response, error) {
			return client.RemoveCertificate(ctx)
		})
	}}
	return group("certificate", "The TLS certificate that browsers see", show, c.certificateRequest(), c.certificateInstall(), remove)
}

func (c *cli) certificateRequest() *cobra.Command {
	var q api.HostCertificateRequest
	cmd := &cobra.Command{Use: "request", Short: "Print a certificate signing request; its key stays on the host", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			r, err := apiclient.Decode[api.SigningRequest](client, func() (*http.Response, error) { return client.RequestCertificate(ctx, q) })
			if err != nil {
				return err
			}
			return c.print(r, func(w io.Writer) { fmt.Fprint(w, r.Request) })
		})
	}}
	cmd.Flags().StringVar(&q.CommonName, "common-name", "", "default the host's name")
	cmd.Flags().StringVar(&q.Organization, "organization", "", "who the host belongs to")
	cmd.Flags().StringSliceVar(&q.Names, "names", nil, "host names and addresses; default those of the host")
	return cmd
}

func (c *cli) certificateInstall() *cobra.Command {
	var key string
	cmd := &cobra.Command{Use: "install CHAIN", Short: "Make browsers see a certificate; CHAIN is a PEM file, the host's certificate first", Args: one("PEM file"), RunE: func(cmd *cobra.Command, args []string) error {
		chain, err := readBounded(args[0], maxPEM)
		if err != nil {
			return err
		}
		i := api.InstallCertificate{Chain: string(chain)}
		if key != "" {
			text, err := readBounded(key, maxPEM)
			if err != nil {
				return err
			}
			i.Key = string(text)
		}
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			return c.printCertificate(client, func() (*http.Response, error) { return client.InstallCertificate(ctx, i) })
		})
	}}
	cmd.Flags().StringVar(&key, "key", "", "PEM file with the key; not needed when the request was made on this host; - reads standard input")
	return cmd
}

func (c *cli) printCertificate(client *apiclient.Client, call func() (*http.Response, error)) error {
	h, err := apiclient.Decode[api.HostCertificate](client, call)
	if err != nil {
		return err
	}
	return c.print(h, func(w io.Writer) {
		kind := "self-signed certificate of this host"
		if h.Own {
			kind = "installed"
		}
		fmt.Fprintf(w, "Certificate\t%s\nSubject\t%s\nIssuer\t%s\nNames\t%s\nValid\t%s to %s\nFingerprint\t%s\n", kind, h.Subject, h.Issuer,
			strings.Join(h.Names, ", "), h.NotBefore.Format(time.DateOnly), h.NotAfter.Format(time.DateOnly), h.Fingerprint)
		if h.Requested {
			fmt.Fprintln(w, "Request\ta key waits for its certificate")
		}
		for _, text := range h.Warnings {
			fmt.Fprintf(w, "Warning\t%s\n", text)
		}
	})
}
