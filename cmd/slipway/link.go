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

func (c *cli) linkCommand() *cobra.Command {
	var watch, force, drop bool
	token := &cobra.Command{Use: "token", Short: "Generate a link token; this host becomes leader", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error { return c.linkToken(ctx, client, watch) })
	}}
	token.Flags().BoolVar(&watch, "watch", false, "go on printing each new token")
	stop := &cobra.Command{Use: "stop", Short: "Stop generating link tokens", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			_, err := apiclient.Decode[struct{}](client, func() (*http.Response, error) { return client.StopLinkToken(ctx) })
			return err
		})
	}}
	join := &cobra.Command{Use: "join TOKEN", Short: "Link this host to the leader that made the token (- reads it from standard input)", Args: one("token"), RunE: func(cmd *cobra.Command, args []string) error {
		t := args[0]
		if t == "-" {
			b, err := readBounded("-", 8<<10)
			if err != nil {
				return err
			}
			t = string(b)
		}
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			return c.follow(ctx, client, func() (*http.Response, error) {
				return client.JoinLink(ctx, api.JoinRequest{Token: t, DropContent: drop})
			})
		})
	}}
	join.Flags().BoolVar(&drop, "drop-content", false, "let the content go that this host has by itself")
	leave := &cobra.Command{Use: "leave", Short: "Unlink this host from its leader", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			return c.follow(ctx, client, func() (*http.Response, error) {
				return client.LeaveLink(ctx, &api.LeaveLinkParams{Force: force})
			})
		})
	}}
	leave.Flags().BoolVar(&force, "force", false, "leave even if the leader cannot be told")
	remove := &cobra.Command{Use: "remove HOST", Short: "Unlink a host, by id or name; on the leader", Args: one("host"), RunE: func(cmd *cobra.Command, args []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			return c.follow(ctx, client, func() (*http.Response, error) { return client.RemoveLinkedHost(ctx, args[0]) })
		})
	}}
	promote := &cobra.Command{Use: "promote", Short: "Make this follower, whose leader is lost, a leader", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			return c.follow(ctx, client, func() (*http.Response, error) { return client.PromoteLink(ctx) })
		})
	}}
	list := &cobra.Command{Use: "list", Short: "List the linked hosts", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			l, err := apiclient.Decode[api.Link](client, func() (*http.Response, error) { return client.GetLink(ctx) })
			if err != nil {
				return err
			}
			return c.print(l, func(w io.Writer) { linkTable(w, l) })
		})
	}}
	return group("link", "Linked hosts", token, stop, join, leave, remove, promote, list)
}

func linkTable(w io.Writer, l api.Link) {
	fmt.Fprintln(w, "NAME\tADDRESS\tROLE\tSTATUS\tCONTENT\tHEALTH\tLAST SEEN\tTAGS")
	for _, h := range l.Hosts {
		health := h.Health
		if h.HealthReason != "" {
			health += " (" + h.HealthReason + ")"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", h.Name, h.Address, h.Role, h.Status, h.Content, health, h.LastSeen.Format(time.RFC3339), orDash(tagList(h.Tags)))
	}
}

// linkToken prints the token alone, so that it can be piped; how long it lives goes to stderr.
func (c *cli) linkToken(ctx context.Context, client *apiclient.Client, watch bool) error {
	last := ""
	for {
		t, err := apiclient.Decode[api.LinkToken](client, func() (*http.Response, error) { return client.StartLinkToken(ctx) })
		if err != nil {
			return err
		}
		if t.Token != last {
			last = t.Token
			if err := c.print(t, func(w io.Writer) { fmt.Fprintln(w, t.Token) }); err != nil {
				return err
			}
		}
		if !watch {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Second):
		}
	}
}
