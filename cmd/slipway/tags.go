package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
)

// tagsCommand sets what people find the host by; `host show` and `link list` show it.
func (c *cli) tagsCommand() *cobra.Command {
	change := func(use, short string, fn func(tags map[string]string, args []string) error) *cobra.Command {
		return &cobra.Command{Use: use, Short: short, Args: cobra.MinimumNArgs(1), RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
				h, err := apiclient.Decode[api.Host](client, func() (*http.Response, error) { return client.GetHost(ctx) })
				if err != nil {
					return err
				}
				tags := map[string]string{}
				maps.Copy(tags, h.Tags)
				if err := fn(tags, args); err != nil {
					return err
				}
				_, err = apiclient.Decode[struct{}](client, func() (*http.Response, error) {
					return client.SetTags(ctx, api.HostTags{Tags: tags})
				})
				return err
			})
		}}
	}
	return group("tags", "Labels by which people and their tools find this host",
		change("set KEY=VALUE...", "Add tags or change their values", addTags), change("remove KEY...", "Take tags away", dropTags))
}

func addTags(tags map[string]string, args []string) error {
	for _, arg := range args {
		key, value, ok := strings.Cut(arg, "=")
		if !ok {
			return usagef("%q is no tag; write KEY=VALUE", arg)
		}
		tags[key] = value
	}
	return nil
}

func dropTags(tags map[string]string, args []string) error {
	for _, key := range args {
		if _, ok := tags[key]; !ok {
			return fmt.Errorf("this host has no tag %q; it has %s", key, orDash(tagList(tags)))
		}
		delete(tags, key)
	}
	return nil
}

func tagList(tags map[string]string) string {
	var out []string
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		out = append(out, key+"="+tags[key])
	}
	return strings.Join(out, ", ")
}

// managementTable is who manages the host, and what became of what was preset for it.
func managementTable(w io.Writer, h api.Host) {
	fmt.Fprintf(w, "Tags\t%s\nManagement\t%s\nConfiguration\t%s: %s\n", orDash(tagList(h.Tags)), h.ManagementMode, h.Configuration.State, h.Configuration.Message)
	for _, p := range h.Configuration.Parts {
		fmt.Fprintf(w, "  %s\t%s %s\n", p.Name, p.State, p.Message)
	}
}
