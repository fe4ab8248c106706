package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
)

// uploadPatience is how long an upload waits for a host that went away, before it gives up.
const uploadPatience = 2 * time.Minute

func (c *cli) contentCommand() *cobra.Command {
	list := &cobra.Command{Use: "list", Short: "List the content of the storage pool", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			items, err := apiclient.Decode[[]api.ContentItem](client, func() (*http.Response, error) { return client.ListContent(ctx) })
			if err != nil {
				return err
			}
			return c.print(items, func(w io.Writer) { contentTable(w, items) })
		})
	}}
	show := &cobra.Command{Use: "show DIGEST", Short: "Show what is in an item", Args: one("digest"), RunE: func(cmd *cobra.Command, args []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			d, err := apiclient.Decode[api.ContentDetail](client, func() (*http.Response, error) { return client.GetContent(ctx, args[0]) })
			if err != nil {
				return err
			}
			return c.print(d, func(w io.Writer) {
				contentTable(w, []api.ContentItem{d.Item})
				fmt.Fprintf(w, "\nDefinitions\t%s\nPacks\t%s\nImages\t%s\n", strings.Join(d.Definitions, ", "), strings.Join(d.Packs, ", "), strings.Join(d.Images, ", "))
			})
		})
	}}
	verify := &cobra.Command{Use: "verify", Short: "Read every blob again; damaged ones are fetched again", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			return c.follow(ctx, client, func() (*http.Response, error) { return client.VerifyContent(ctx) })
		})
	}}
	return group("content", "Content bundles in the storage pool", c.contentUpload(), list, show, verify, c.contentDelete(), c.contentDefinitions(), c.contentScreen(), c.contentStorage())
}

func (c *cli) contentDefinitions() *cobra.Command {
	return &cobra.Command{Use: "definitions", Short: "List the cluster definitions with their variables", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			list, err := apiclient.Decode[[]api.Definition](client, func() (*http.Response, error) { return client.ListDefinitions(ctx) })
			if err != nil {
				return err
			}
			return c.print(list, func(w io.Writer) {
				fmt.Fprintln(w, "DEFINITION\tVERSION\tVARIABLE\tFORMAT\tDEFAULT")
				for _, d := range list {
					fmt.Fprintf(w, "%s\t%s\t\t\t\n", d.Name, d.Version)
					for _, v := range d.Variables {
						fmt.Fprintf(w, "\t\t%s\t%s\t%s\n", v.Name, v.Format, v.Default)
					}
				}
			})
		})
	}}
}

func contentTable(w io.Writer, items []api.ContentItem) {
	fmt.Fprintln(w, "NAME\tVERSION\tTYPE\tSIZE\tADDED\tSYNC\tDIGEST")
	for _, i := range items {
		sync := fmt.Sprintf("%d of %d hosts", i.Sync.Completed, i.Sync.Completed+i.Sync.Pending+i.Sync.Failed)
		if i.Sync.Failed > 0 {
			sync += fmt.Sprintf(", %d failed", i.Sync.Failed)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", i.Name, i.Version, i.Type, size(i.SizeBytes), i.AddedAt.Format(time.RFC3339), sync, i.Digest)
	}
}

func (c *cli) contentDelete() *cobra.Command {
	var dryRun bool
	cmd := &cobra.Command{Use: "delete DIGEST", Short: "Delete an item on every linked host", Args: one("digest"), RunE: func(cmd *cobra.Command, args []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			d, err := apiclient.Decode[api.ContentDeletion](client, func() (*http.Response, error) {
				return client.DeleteContent(ctx, args[0], &api.DeleteContentParams{DryRun: dryRun})
			})
			if err != nil {
				return err
			}
			return c.print(d, func(w io.Writer) {
				verb := "deleted"
				if d.DryRun {
					verb = "would delete"
				}
				fmt.Fprintf(w, "%s %d blobs, %s\n", verb, d.Blobs, size(d.Bytes))
			})
		})
	}}
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "only say what would go")
	return cmd
}

func (c *cli) contentUpload() *cobra.Command {
	return &cobra.Command{Use: "upload FILE...", Short: "Upload content bundles; a cut upload goes on where it stopped", Args: func(_ *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usagef("content upload takes one or more files")
		}
		return nil
	}, RunE: func(cmd *cobra.Command, args []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			u := &uploader{client: client, progress: newProgress(os.Stderr), state: map[string][2]int64{}}
			g, sending := errgroup.WithContext(ctx)
			g.SetLimit(3)
			for _, file := range args {
				g.Go(func() error { return u.one(sending, file) })
			}
			err := g.Wait()
			u.progress.end()
			if err != nil || c.output != "json" {
				return err
			}
			items, err := apiclient.Decode[[]api.ContentItem](client, func() (*http.Response, error) { return client.ListContent(ctx) })
			if err != nil {
				return err
			}
			return printJSON(items)
		})
	}}
}

// uploader sends several files at once and shows them on one progress line.
type uploader struct {
	client   *apiclient.Client
	progress *progress
	mu       sync.Mutex
	state    map[string][2]int64
}

func (u *uploader) one(ctx context.Context, file string) error {
	memo := resumeMemo(file)
	resume, _ := os.ReadFile(memo)
	path, err := u.client.Upload(ctx, file, string(resume), uploadPatience,
		func(path string) { _ = os.WriteFile(memo, []byte(path), 0o600) },
		func(done, total int64) { u.show(file, done, total) })
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	err = u.client.WaitImport(ctx, path, u.progressOf)
	var problem *apiclient.Problem
	if err == nil || !errors.As(err, &problem) {
		_ = os.Remove(memo)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

func (u *uploader) progressOf(op api.Operation) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.progress.operation(op)
}

func (u *uploader) show(file string, done, total int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.progress.tty && done != total && done-u.state[file][0] < 1<<20 {
		return
	}
	u.state[file] = [2]int64{done, total}
	var d, t int64
	for _, s := range u.state {
		d, t = d+s[0], t+s[1]
	}
	u.progress.line("upload", fmt.Sprintf("uploading %d file(s): %s of %s", len(u.state), size(d), size(t)))
}
