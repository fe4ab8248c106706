package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
)

func (c *cli) clusterCommand() *cobra.Command {
	return group("cluster", "The Kubernetes cluster", c.clusterPlan(), c.clusterCreate(), c.clusterShow(), c.clusterSpec(), c.clusterAccess(), c.clusterSteps(),
		c.clusterEvents(), c.clusterServices(), c.clusterCertificates(), c.clusterKubeconfig(), c.clusterDraft(), c.clusterProbe(), c.clusterCertificate(), c.clusterDelete())
}

func (c *cli) clusterPlan() *cobra.Command {
	var file string
	cmd := &cobra.Command{Use: "plan -f FILE", Short: "Run every check and show what create would do", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			spec, err := readSpec(file)
			if err != nil {
				return err
			}
			p, err := apiclient.Decode[api.Plan](client, func() (*http.Response, error) {
				return client.CreateCluster(ctx, &api.CreateClusterParams{DryRun: true}, api.CreateCluster{Spec: spec})
			})
			if err != nil {
				return err
			}
			if err := c.print(p, func(w io.Writer) { planTable(w, p) }); err != nil {
				return err
			}
			return refusedBy(p.Checks)
		})
	}}
	cmd.Flags().StringVarP(&file, "file", "f", "", "the cluster spec (YAML or JSON); - reads standard input")
	return cmd
}

// refusedBy fails when a check stands in the way of create.
func refusedBy(checks []api.Check) error {
	bad := map[string]bool{}
	for _, k := range checks {
		if k.Status == api.Fail || k.Status == api.Unknown {
			bad[k.Id] = true
		}
	}
	if len(bad) == 0 {
		return nil
	}
	return fmt.Errorf("%d checks are not met; mend them, or name them in `cluster create --ignore`", len(bad))
}

func readSpec(file string) (string, error) {
	if file == "" {
		return "", usagef("-f FILE is missing: the cluster spec")
	}
	b, err := readBounded(file, 256<<10)
	return string(b), err
}

func planTable(w io.Writer, p api.Plan) {
	fmt.Fprintf(w, "Cluster\t%s\nVIP\t%s\nAPI server\t%s\nPacks\t%s\nPlan\t%s\n\nHOST\tNODE\tROLE\tADDRESS\n", p.Name, orDash(p.Vip), p.Endpoint, strings.Join(p.Packs, ", "), p.Hash)
	for _, n := range p.Nodes {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", n.Host, n.Name, n.Role, n.Address)
	}
	fmt.Fprintln(w, "\nCHECK\tHOST\tSTATUS\tMESSAGE")
	for _, k := range p.Checks {
		msg := k.Message
		if k.Status != api.Ok && k.Fix != "" {
			msg += " " + k.Fix
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", k.Id, k.Host, k.Status, msg)
	}
}

func (c *cli) clusterCreate() *cobra.Command {
	var file, plan string
	var ignore []string
	var detach bool
	cmd := &cobra.Command{Use: "create -f FILE", Short: "Create the cluster and wait until it runs", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			spec, err := readSpec(file)
			if err != nil {
				return err
			}
			op, err := apiclient.Decode[api.Operation](client, func() (*http.Response, error) {
				return client.CreateCluster(ctx, nil, api.CreateCluster{Spec: spec, Plan: plan, Ignore: ignore})
			})
			if err != nil {
				return err
			}
			if detach {
				return c.print(op, func(w io.Writer) { fmt.Fprintln(w, op.Id) })
			}
			return c.watch(ctx, client, op.Id)
		})
	}}
	cmd.Flags().StringVarP(&file, "file", "f", "", "the cluster spec (YAML or JSON); - reads standard input")
	cmd.Flags().StringVar(&plan, "plan", "", "hash of the plan that was reviewed; refused when it is no longer what would be done")
	cmd.Flags().StringSliceVar(&ignore, "ignore", nil, "checks that may fail, by id")
	cmd.Flags().BoolVar(&detach, "detach", false, "print the operation's id and return")
	return cmd
}

// theCluster finds the one cluster of the group.
func theCluster(ctx context.Context, client *apiclient.Client) (api.Cluster, error) {
	all, err := apiclient.Decode[[]api.Cluster](client, func() (*http.Response, error) { return client.ListClusters(ctx) })
	if err != nil {
		return api.Cluster{}, err
	}
	if len(all) == 0 {
		return api.Cluster{}, fmt.Errorf("there is no cluster here yet; `slipway cluster create -f FILE` on the leader makes one")
	}
	return all[0], nil
}

func (c *cli) clusterShow() *cobra.Command {
	return &cobra.Command{Use: "show", Short: "Show state, nodes and applications", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			k, err := theCluster(ctx, client)
			if err != nil {
				return err
			}
			return c.print(k, func(w io.Writer) {
				fmt.Fprintf(w, "Cluster\t%s\nState\t%s\nHealth\t%s\nReason\t%s\nVIP\t%s\nAPI server\t%s\n\nNODE\tROLE\tREADY\tVERSION\n", k.Name, k.State, k.Health, orDash(k.Reason), orDash(k.Vip), k.Endpoint)
				for _, n := range k.Nodes {
					fmt.Fprintf(w, "%s\t%s\t%t\t%s\n", n.Name, n.Role, n.Ready, n.Version)
				}
				fmt.Fprintln(w, "\nAPPLICATION\tLAYER\tVERSION\tSTATUS\tMESSAGE")
				for _, a := range k.Applications {
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", a.Name, a.Layer, a.Version, a.Status, a.Message)
				}
			})
		})
	}}
}

func (c *cli) clusterKubeconfig() *cobra.Command {
	return &cobra.Command{Use: "kubeconfig", Short: "Print the administrator's kubeconfig", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			k, err := theCluster(ctx, client)
			if err != nil {
				return err
			}
			b, err := apiclient.Decode[[]byte](client, func() (*http.Response, error) { return client.GetKubeconfig(ctx, k.Name) })
			if err != nil {
				return err
			}
			_, err = os.Stdout.Write(b)
			return err
		})
	}}
}

func (c *cli) clusterDelete() *cobra.Command {
	var force bool
	cmd := &cobra.Command{Use: "delete", Short: "Delete the cluster; hosts become Ready again, links and content stay", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			k, err := theCluster(ctx, client)
			if err != nil {
				return err
			}
			return c.follow(ctx, client, func() (*http.Response, error) {
				return client.DeleteCluster(ctx, k.Name, &api.DeleteClusterParams{Force: force})
			})
		})
	}}
	cmd.Flags().BoolVar(&force, "force", false, "give up on hosts that do not answer")
	return cmd
}
