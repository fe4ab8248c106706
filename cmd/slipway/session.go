package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/google/renameio/v2"
	"github.com/spf13/cobra"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
)

// userFile is a file of the caller's own below the cache directory, named by what it belongs to.
func userFile(kind, of string) string {
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = filepath.Join(os.TempDir(), fmt.Sprintf("slipway-%d", os.Getuid()))
	}
	sum := sha256.Sum256([]byte(of))
	dir = filepath.Join(dir, "slipway-cli")
	_ = os.MkdirAll(dir, 0o700)
	return filepath.Join(dir, kind+"-"+hex.EncodeToString(sum[:8]))
}

// resumeMemo remembers which upload a file belongs to, so that the same command goes on after anything.
func resumeMemo(file string) string {
	abs, _ := filepath.Abs(file)
	id := abs
	if st, err := os.Stat(file); err == nil {
		id = fmt.Sprintf("%s|%d|%d", abs, st.Size(), st.ModTime().UnixNano())
	}
	return userFile("upload", id)
}

func savedToken(host string) (string, error) {
	b, err := os.ReadFile(userFile("session", host))
	if err != nil {
		return "", usagef("not logged in to %s: give --user and --password-file, or run `slipway login` with them once", host)
	}
	return string(b), nil
}

func (c *cli) loginCommand() *cobra.Command {
	var extended, renew bool
	var nextFile string
	cmd := &cobra.Command{Use: "login", Short: "Log in to another host and remember the session", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		if renew {
			return c.renew(cmd)
		}
		if c.host == "" || c.pin == "" || c.user == "" {
			return usagef("login needs --host, --pin, --user and --password-file")
		}
		client, err := apiclient.HTTPS(c.host, apiclient.Options{Pin: c.pin})
		if err != nil {
			return &usageError{err}
		}
		password, err := c.password()
		if err != nil {
			return err
		}
		login := api.Login{User: c.user, Password: password, Extended: extended}
		if nextFile != "" {
			if login.NewPassword, err = (&cli{passwordFile: nextFile}).password(); err != nil {
				return err
			}
		}
		s, err := client.AuthenticateWith(cmd.Context(), login)
		if err != nil {
			return err
		}
		return c.remember(s)
	}}
	cmd.Flags().BoolVar(&extended, "extended", false, "for 24 hours instead of 2")
	cmd.Flags().StringVar(&nextFile, "new-password-file", "", "file with a new password, for one that has expired or was preset by the appliance")
	cmd.Flags().BoolVar(&renew, "renew", false, "begin the remembered session anew, without the password")
	return cmd
}

// renew makes the remembered session last as long again.
func (c *cli) renew(cmd *cobra.Command) error {
	if c.host == "" || c.user != "" {
		return usagef("login --renew needs --host and --pin, and no --user: it renews the session that login remembered")
	}
	return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
		s, err := apiclient.Decode[api.Session](client, func() (*http.Response, error) { return client.RenewSession(ctx) })
		if err != nil {
			return err
		}
		return c.remember(s)
	})
}

// remember keeps a session for the next commands, and tells until when it lasts.
func (c *cli) remember(s api.Session) error {
	if err := renameio.WriteFile(userFile("session", c.host), []byte(s.Token), 0o600); err != nil {
		return err
	}
	s.Token = ""
	return c.print(s, func(w io.Writer) {
		fmt.Fprintf(w, "logged in as %s (%s) until %s\n", s.User, s.Role, s.ExpiresAt.Format(time.RFC3339))
	})
}

func (c *cli) setupCommand() *cobra.Command {
	var code string
	cmd := &cobra.Command{Use: "setup USER", Short: "Create the first user (password by --password-file); --code from the network", Args: one("user name"), RunE: func(cmd *cobra.Command, args []string) error {
		password, err := c.password()
		if err != nil {
			return err
		}
		client := apiclient.Socket(c.socket)
		if c.host != "" {
			if client, err = apiclient.HTTPS(c.host, apiclient.Options{Pin: c.pin}); err != nil {
				return &usageError{err}
			}
		}
		_, err = apiclient.Decode[struct{}](client, func() (*http.Response, error) {
			return client.PostSetup(cmd.Context(), api.FirstUser{Code: code, User: args[0], Password: password})
		})
		return err
	}}
	cmd.Flags().StringVar(&code, "code", "", "setup code that the host's console shows")
	show := &cobra.Command{Use: "code", Short: "Show the setup code (root, on the host)", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			k, err := apiclient.Decode[api.SetupCode](client, func() (*http.Response, error) { return client.GetSetupCode(ctx) })
			if err != nil {
				return err
			}
			return c.print(k, func(w io.Writer) { fmt.Fprintln(w, k.Code) })
		})
	}}
	cmd.AddCommand(show)
	return cmd
}

func (c *cli) userCommand() *cobra.Command {
	var admin bool
	var ends string
	create := &cobra.Command{Use: "create NAME", Short: "Create a user; the password by --password-file", Args: one("user name"), RunE: func(cmd *cobra.Command, args []string) error {
		return c.withNewPassword(cmd, func(ctx context.Context, client *apiclient.Client, password string) (*http.Response, error) {
			return client.CreateUser(ctx, api.NewUser{User: args[0], Password: password, Admin: admin, PasswordEnds: ends})
		})
	}}
	create.Flags().BoolVar(&admin, "admin", false, "may change things, not only look")
	create.Flags().StringVar(&ends, "password-ends", "", "last day of the password, such as 2027-01-31")
	passwd := &cobra.Command{Use: "passwd NAME", Short: "Set a password; the new one by --new-password-file", Args: one("user name"), RunE: func(cmd *cobra.Command, args []string) error {
		return c.withNewPassword(cmd, func(ctx context.Context, client *apiclient.Client, password string) (*http.Response, error) {
			current := ""
			if c.host != "" {
				current, _ = c.password()
			}
			return client.SetPassword(ctx, args[0], api.PasswordChange{Current: current, Password: password})
		})
	}}
	for _, k := range []*cobra.Command{create, passwd} {
		k.Flags().String("new-password-file", "", "file with the new password; - reads standard input")
	}
	list := &cobra.Command{Use: "list", Short: "List the users", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			users, err := apiclient.Decode[[]api.User](client, func() (*http.Response, error) { return client.ListUsers(ctx) })
			if err != nil {
				return err
			}
			return c.print(users, func(w io.Writer) {
				for _, u := range users {
					fmt.Fprintln(w, userLine(u))
				}
			})
		})
	}}
	return group("user", "OS users of the host", append(c.manageCommands(), create, passwd, list, c.keysCommand())...)
}

func (c *cli) withNewPassword(cmd *cobra.Command, call func(context.Context, *apiclient.Client, string) (*http.Response, error)) error {
	file, _ := cmd.Flags().GetString("new-password-file")
	p := cli{passwordFile: file}
	password, err := p.password()
	if err != nil {
		return err
	}
	return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
		_, err := apiclient.Decode[struct{}](client, func() (*http.Response, error) { return call(ctx, client, password) })
		return err
	})
}
