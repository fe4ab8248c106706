package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/slipway-os/slipway/agent/content"
)

func newBundleListCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list FILE",
		Short: "Show what a content bundle says it holds",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			head := &headOnly{}
			if _, err := readBundle(cmd.Context(), args[0], head); err != nil && !errors.Is(err, errHeadRead) {
				return err
			}
			if asJSON {
				_, err := cmd.OutOrStdout().Write(append(head.raw, '\n'))
				return err
			}
			return printManifest(cmd.OutOrStdout(), head.manifest, content.DigestOf(head.raw))
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the bundle's manifest.json")
	return cmd
}

func newBundleVerifyCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "verify FILE",
		Short: "Read a content bundle to its end and check every digest, as a host does on upload",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			check := &graphCheck{}
			digest, err := readBundle(cmd.Context(), args[0], check)
			if err != nil {
				return err
			}
			if err := content.CheckGraph(check.manifest, check.read); err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			m := check.manifest
			fmt.Fprintf(cmd.OutOrStdout(), "%s is whole: %s %s, %d images, %d packs, %d blobs, %s\n",
				args[0], m.Name, m.Version, len(m.Images), len(m.Packs), len(m.Blobs), digest)
			return nil
		},
	}
}

func readBundle(ctx context.Context, file string, sink content.Sink) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer f.Close()
	_, digest, err := content.ReadBundle(ctx, f, content.DefaultLimits, sink)
	if err != nil {
		return "", fmt.Errorf("%s: %w", file, err)
	}
	return digest, nil
}

// errHeadRead ends the reading of a bundle after its manifest.
var errHeadRead = errors.New("manifest read")

// headOnly is a sink that wants the manifest only.
type headOnly struct {
	manifest content.Manifest
	raw      []byte
}

func (h *headOnly) Begin(m content.Manifest, raw []byte) error {
	h.manifest, h.raw = m, raw
	return errHeadRead
}

func (h *headOnly) Blob(content.Blob, io.Reader) error { return nil }

// graphCheck is a sink that keeps what may be an OCI manifest and drops the
// rest, so that memory does not grow with the bundle.
type graphCheck struct {
	manifest content.Manifest
	small    map[string][]byte
}

func (g *graphCheck) Begin(m content.Manifest, _ []byte) error {
	g.manifest, g.small = m, map[string][]byte{}
	return nil
}

func (g *graphCheck) Blob(b content.Blob, r io.Reader) error {
	if b.SizeBytes > content.MaxArtifactBytes {
		_, err := io.Copy(io.Discard, r)
		return err
	}
	data, err := io.ReadAll(r)
	if json.Valid(data) {
		g.small[b.Digest] = data
	}
	return err
}

func (g *graphCheck) read(digest string) ([]byte, error) {
	data, ok := g.small[digest]
	if !ok {
		return nil, fmt.Errorf("%s is not a manifest in this bundle", digest)
	}
	return data, nil
}

func printManifest(w io.Writer, m content.Manifest, digest string) error {
	var total int64
	for _, b := range m.Blobs {
		total += b.SizeBytes
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "bundle\t%s %s (%s)\ndigest\t%s\ncreated\t%s\nunpacked\t%d MB in %d blobs\n",
		m.Name, m.Version, m.Type, digest, m.Created.Format("2006-01-02"), total>>20, len(m.Blobs))
	for _, d := range m.Definitions {
		fmt.Fprintf(t, "definition\t%s %s\n", d.Name, d.Version)
	}
	for _, p := range m.Packs {
		fmt.Fprintf(t, "pack\t%s %s (%s)\n", p.Name, p.Version, p.Layer)
	}
	for _, i := range m.Images {
		fmt.Fprintf(t, "image\t%s (%s)\n", i.Ref, i.Platform)
	}
	return t.Flush()
}
