package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
)

// preview shows what a change of the network would do, and fails when it cannot be done.
func (c *cli) preview(ctx context.Context, client *apiclient.Client, change api.NetworkChange) error {
	p, err := apiclient.Decode[api.NetworkPreview](client, func() (*http.Response, error) { return client.PreviewNetwork(ctx, change) })
	if err != nil {
		return err
	}
	if err := c.print(p, func(w io.Writer) { previewTable(w, p) }); err != nil {
		return err
	}
	var says []string
	for _, x := range p.Problems {
		says = append(says, strings.TrimSpace(x.Adapter+" "+x.Field+": ")+x.Message)
	}
	if len(says) > 0 {
		return errors.New(strings.Join(says, "; "))
	}
	return nil
}

func previewTable(w io.Writer, p api.NetworkPreview) {
	for _, l := range p.Lines {
		fmt.Fprintf(w, "%s\t%s\t%s -> %s\n", l.Adapter, l.Setting, orDash(l.Old), orDash(l.New))
	}
	if len(p.Lines) == 0 && len(p.Problems) == 0 {
		fmt.Fprintln(w, "nothing would change")
	}
}
