package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
)

// clusterView is a command that shows one view of the cluster.
func clusterView[T any](c *cli, use, short string, get func(ctx context.Context, client *apiclient.Client, cluster string) (*http.Response, error), table func(w io.Writer, v T)) *cobra.Command {
	return &cobra.Command{Use: use, Short: short, Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			k, err := theCluster(ctx, client)
			if err != nil {
				return err
			}
			v, err := apiclient.Decode[T](client, func() (*http.Response, error) { return get(ctx, client, k.Name) })
			if err != nil {
				return err
			}
			return c.print(v, func(w io.Writer) { table(w, v) })
		})
	}}
}

func (c *cli) clusterSpec() *cobra.Command {
	return clusterView(c, "spec", "Print the spec as deployed, for `cluster create -f`; masked values are left out",
		func(ctx context.Context, client *apiclient.Client, name string) (*http.Response, error) {
			return client.GetClusterSpec(ctx, name)
		}, func(_ io.Writer, v api.ClusterSpec) { fmt.Fprint(os.Stdout, v.Yaml) })
}

func (c *cli) clusterAccess() *cobra.Command {
	var ntp []string
	var keys string
	cmd := &cobra.Command{Use: "access", Short: "Change the NTP servers and SSH keys of all hosts of the cluster, while it runs", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		if !cmd.Flags().Changed("ntp") && !cmd.Flags().Changed("ssh-keys") {
			return usagef("say what shall change: --ntp SERVER,SERVER or --ssh-keys FILE")
		}
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			k, err := theCluster(ctx, client)
			if err != nil {
				return err
			}
			spec, err := apiclient.Decode[api.ClusterSpec](client, func() (*http.Response, error) { return client.GetClusterSpec(ctx, k.Name) })
			if err != nil {
				return err
			}
			if cmd.Flags().Changed("ntp") {
				spec.Access.NtpServers = append([]string{}, ntp...)
			}
			if cmd.Flags().Changed("ssh-keys") {
				if spec.Access.SshKeys, err = readKeys(keys); err != nil {
					return err
				}
			}
			_, err = apiclient.Decode[struct{}](client, func() (*http.Response, error) { return client.SetClusterAccess(ctx, k.Name, spec.Access) })
			return err
		})
	}}
	cmd.Flags().StringSliceVar(&ntp, "ntp", nil, "NTP servers; empty takes those of each host")
	cmd.Flags().StringVar(&keys, "ssh-keys", "", "file with one public key per line, the whole list; - reads standard input")
	return cmd
}

// readKeys takes the lines of an authorized_keys file, without comments.
func readKeys(file string) ([]string, error) {
	b, err := readBounded(file, 1<<20)
	out := []string{}
	for line := range strings.Lines(string(b)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			out = append(out, line)
		}
	}
	return out, err
}

func (c *cli) clusterSteps() *cobra.Command {
	return clusterView(c, "steps", "Show what every host did and does for the cluster, in order",
		func(ctx context.Context, client *apiclient.Client, name string) (*http.Response, error) {
			return client.ListClusterSteps(ctx, name)
		}, stepTable)
}

func (c *cli) clusterEvents() *cobra.Command {
	var p api.ListClusterEventsParams
	cmd := clusterView(c, "events", "Show Kubernetes' events of about the last hour, newest first",
		func(ctx context.Context, client *apiclient.Client, name string) (*http.Response, error) {
			return client.ListClusterEvents(ctx, name, &p)
		}, func(w io.Writer, v api.ClusterEvents) {
			fmt.Fprintln(w, "TIME\tTYPE\tREASON\tNAMESPACE\tOBJECT\tCOUNT\tMESSAGE")
			for _, e := range v.Events {
				message, _, _ := strings.Cut(e.Message, "\n")
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%d\t%s\n", e.Time.Format(time.RFC3339), e.Type, e.Reason, orDash(e.Namespace), e.Object, e.Count, message)
			}
			if v.Truncated {
				fmt.Fprintln(w, "There are more; see --limit and --namespace.")
			}
		})
	cmd.Flags().StringVarP(&p.Namespace, "namespace", "n", "", "only of this namespace")
	cmd.Flags().IntVar(&p.Limit, "limit", 200, "how many at most (1 to 1000)")
	return cmd
}

func (c *cli) clusterServices() *cobra.Command {
	return clusterView(c, "services", "Show the services with their ports and links",
		func(ctx context.Context, client *apiclient.Client, name string) (*http.Response, error) {
			return client.ListClusterServices(ctx, name)
		}, func(w io.Writer, list []api.ClusterService) {
			fmt.Fprintln(w, "NAMESPACE\tNAME\tTYPE\tADDRESS\tPORTS\tLINKS")
			for _, s := range list {
				var ports []string
				for _, p := range s.Ports {
					text := fmt.Sprintf("%d/%s", p.Port, p.Protocol)
					if p.NodePort != 0 {
						text += fmt.Sprintf(" at %d", p.NodePort)
					}
					ports = append(ports, text)
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", orDash(s.Namespace), s.Name, s.Type, orDash(s.Address), orDash(strings.Join(ports, ", ")), orDash(strings.Join(s.Links, " ")))
			}
		})
}

func (c *cli) clusterCertificates() *cobra.Command {
	return clusterView(c, "certificates", "Show when Kubernetes' certificates end, the next one first",
		func(ctx context.Context, client *apiclient.Client, name string) (*http.Response, error) {
			return client.ListClusterCertificates(ctx, name)
		}, func(w io.Writer, list []api.ClusterCertificate) {
			fmt.Fprintln(w, "HOST\tCERTIFICATE\tENDS\tDAYS LEFT")
			for _, k := range list {
				fmt.Fprintf(w, "%s\t%s\t%s\t%d\n", k.Host, k.Name, k.ExpiresAt.Format(time.RFC3339), int(time.Until(k.ExpiresAt).Hours()/24))
			}
		})
}
