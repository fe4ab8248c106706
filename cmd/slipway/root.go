package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
)

// version is set at build time.
var version = "0.1.0-dev"

// cli is what every command shares: where the agent is and how to print.
type cli struct {
	socket, host, pin, user, passwordFile, output string

	read string // the password, once it was read: standard input has it only once
}

func newRoot() *cobra.Command {
	c := &cli{}
	root := &cobra.Command{
		Use:   "slipway",
		Short: "Turn bare machines into a Kubernetes cluster, offline",
		Long: "slipway talks to the agent of this host over its socket, or to another host's with\n" +
			"--host https://ADDR:5080 --pin sha256:HEX --user U --password-file F.",
		Version:       version,
		SilenceUsage:  true,
		SilenceErrors: true,
		PersistentPreRunE: func(*cobra.Command, []string) error {
			if c.output != "" && c.output != "json" {
				return usagef("-o takes json, not %q", c.output)
			}
			return nil
		},
	}
	f := root.PersistentFlags()
	f.StringVar(&c.socket, "socket", apiclient.DefaultSocket, "unix socket of the agent")
	f.StringVar(&c.host, "host", "", "another host's agent, https://ADDR:5080")
	f.StringVar(&c.pin, "pin", "", "that host's fingerprint, sha256:HEX")
	f.StringVar(&c.user, "user", "", "user on that host")
	f.StringVar(&c.passwordFile, "password-file", "", "file with the user's password; - reads standard input")
	f.StringVarP(&c.output, "output", "o", "", "json prints the answer for programs")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return &usageError{err} })
	root.AddCommand(newAgentCommand(), c.hostCommand(), c.networkCommand(), c.linkCommand(), c.contentCommand(), c.clusterCommand(),
		c.operationCommand(), c.loginCommand(), c.logoutCommand(), c.sessionCommand(), c.userCommand(), c.themeCommand(), c.setupCommand(), c.auditCommand(), c.powerCommand(), c.tuiCommand(), c.diagCommand(), newInstall())
	return root
}

// connect returns a client that is allowed to ask, and what to call when done.
func (c *cli) connect(ctx context.Context) (*apiclient.Client, func(), error) {
	if c.host == "" {
		return apiclient.Socket(c.socket), func() {}, nil
	}
	if c.pin == "" {
		return nil, nil, usagef("--host needs --pin: the fingerprint that `slipway host show` prints on that host")
	}
	client, err := apiclient.HTTPS(c.host, apiclient.Options{Pin: c.pin})
	if err != nil {
		return nil, nil, &usageError{err}
	}
	if c.user == "" {
		token, err := savedToken(c.host)
		if err != nil {
			return nil, nil, err
		}
		client.SetToken(token)
		return client, func() {}, nil
	}
	password, err := c.password()
	if err != nil {
		return nil, nil, err
	}
	if _, err := client.Authenticate(ctx, c.user, password, false); err != nil {
		return nil, nil, err
	}
	return client, func() {
		if answer, err := client.Logout(context.WithoutCancel(ctx)); err == nil {
			_ = answer.Body.Close()
		}
	}, nil
}

// with connects, runs fn and ends the session.
func (c *cli) with(cmd *cobra.Command, fn func(ctx context.Context, client *apiclient.Client) error) error {
	client, done, err := c.connect(cmd.Context())
	if err != nil {
		return err
	}
	defer done()
	return fn(cmd.Context(), client)
}

// follow waits for the operation that call starts and tells how far it is.
func (c *cli) follow(ctx context.Context, client *apiclient.Client, call func() (*http.Response, error)) error {
	op, err := apiclient.Decode[api.Operation](client, call)
	if err != nil {
		return err
	}
	return c.watch(ctx, client, op.Id)
}

func (c *cli) watch(ctx context.Context, client *apiclient.Client, id string) error {
	p := newProgress(os.Stderr)
	op, err := client.WaitOperation(ctx, id, p.operation)
	p.end()
	if err != nil && op.Id == "" {
		return err
	}
	if c.output == "json" {
		if perr := printJSON(op); perr != nil {
			return perr
		}
	}
	return err
}

func (c *cli) password() (string, error) {
	if c.read != "" {
		return c.read, nil
	}
	if c.passwordFile == "" {
		return "", usagef("--user needs --password-file (a file, or - for standard input), so that no password stands in a process list")
	}
	b, err := readBounded(c.passwordFile, 1<<10)
	if err != nil {
		return "", fmt.Errorf("password file: %w", err)
	}
	p := strings.TrimRight(string(b), "\r\n")
	if p == "" {
		return "", errors.New("the password file is empty")
	}
	c.read = p
	return p, nil
}

// group makes a command that only holds others.
func group(use, short string, children ...*cobra.Command) *cobra.Command {
	g := &cobra.Command{Use: use, Short: short, Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		_ = cmd.Usage()
		return usagef("say which %s command", use)
	}}
	g.AddCommand(children...)
	return g
}

// one refuses any other number of arguments as wrong usage.
func one(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usagef("%s takes one %s", cmd.CommandPath(), what)
		}
		return nil
	}
}
