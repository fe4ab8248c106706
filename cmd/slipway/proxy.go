package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
)

// maxAuthority bounds a file of certificates, in bytes; the agent says so too.
const maxAuthority = 64 << 10

func (c *cli) proxyCommand() *cobra.Command {
	show := &cobra.Command{Use: "show", Short: "Show the proxy, without its password", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			p, err := getProxy(ctx, client)
			if err != nil {
				return err
			}
			return c.print(p, func(w io.Writer) { proxyTable(w, p) })
		})
	}}
	wipe := &cobra.Command{Use: "clear", Short: "Take the proxy and its certificates away", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			return setProxy(ctx, client, api.ProxySettings{})
		})
	}}
	return group("proxy", "The proxy by which containerd and the kubelet reach what is outside", show, c.proxySet(), wipe)
}

func getProxy(ctx context.Context, client *apiclient.Client) (api.Proxy, error) {
	return apiclient.Decode[api.Proxy](client, func() (*http.Response, error) { return client.GetProxy(ctx) })
}

func setProxy(ctx context.Context, client *apiclient.Client, s api.ProxySettings) error {
	_, err := apiclient.Decode[struct{}](client, func() (*http.Response, error) { return client.SetProxy(ctx, s) })
	return err
}

func proxyTable(w io.Writer, p api.Proxy) {
	fmt.Fprintf(w, "HTTP\t%s\nHTTPS\t%s\nNo proxy\t%s\nDirect\t%s\n", orDash(p.Http), orDash(p.Https), orDash(strings.Join(p.NoProxy, ", ")), strings.Join(p.Direct, ", "))
	for _, a := range p.Authorities {
		fmt.Fprintf(w, "CA\t%s, until %s\n", a.Subject, a.NotAfter.Format("2006-01-02"))
	}
}

// proxyFlags are what `proxy set` takes; what is not given stays as it is.
type proxyFlags struct {
	http, https, user, passwordFile, ca string
	noProxy                             []string
}

func (c *cli) proxySet() *cobra.Command {
	var f proxyFlags
	cmd := &cobra.Command{Use: "set", Short: "Change the proxy; what is not given stays", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.with(cmd, func(ctx context.Context, client *apiclient.Client) error {
			now, err := getProxy(ctx, client)
			if err != nil {
				return err
			}
			s, err := f.change(now, cmd.Flags().Changed)
			if err != nil {
				return err
			}
			return setProxy(ctx, client, s)
		})
	}}
	fl := cmd.Flags()
	fl.StringVar(&f.http, "http", "", "proxy for http addresses, http://HOST:PORT; empty for none")
	fl.StringVar(&f.https, "https", "", "proxy for https addresses")
	fl.StringSliceVar(&f.noProxy, "no-proxy", nil, "hosts, .domains, addresses and networks that are reached directly")
	fl.StringVar(&f.ca, "ca-file", "", "file with certificates of authorities in PEM; empty for none")
	fl.StringVar(&f.user, "proxy-user", "", "user of the proxies that are given")
	fl.StringVar(&f.passwordFile, "proxy-password-file", "", "file with that user's password; - reads standard input")
	return cmd
}

// change is what is set now with the flags that were given. A password is read from a file only.
func (f proxyFlags) change(now api.Proxy, given func(string) bool) (api.ProxySettings, error) {
	s := api.ProxySettings{Http: now.Http, Https: now.Https, NoProxy: now.NoProxy, Ca: now.Ca}
	for _, x := range []struct {
		flag, value string
		into        *string
	}{{"http", f.http, &s.Http}, {"https", f.https, &s.Https}} {
		if !given(x.flag) {
			continue
		}
		u, err := url.Parse(x.value)
		if err == nil && u.User != nil {
			return s, usagef("--%s takes no user or password, which would stand in a process list: give --proxy-user and --proxy-password-file", x.flag)
		}
		*x.into = x.value
		if err == nil && f.user != "" && u.Host != "" {
			if u.User, err = f.credentials(); err != nil {
				return s, err
			}
			*x.into = u.String()
		}
	}
	if f.user != "" && !given("http") && !given("https") {
		return s, usagef("--proxy-user goes with the proxy that it is a user of: give --http or --https too")
	}
	if given("no-proxy") {
		s.NoProxy = f.noProxy
	}
	if given("ca-file") {
		s.Ca = ""
		if f.ca != "" {
			b, err := readBounded(f.ca, maxAuthority)
			if err != nil {
				return s, fmt.Errorf("certificates: %w", err)
			}
			s.Ca = string(b)
		}
	}
	return s, nil
}

func (f *proxyFlags) credentials() (*url.Userinfo, error) {
	if f.passwordFile == "" {
		return url.User(f.user), nil
	}
	if f.passwordFile == "-" && f.http != "" && f.https != "" {
		return nil, errors.New("standard input can be read once: set --http and --https one after the other, or give a file")
	}
	p := cli{passwordFile: f.passwordFile}
	password, err := p.password()
	if err != nil {
		return nil, err
	}
	return url.UserPassword(f.user, password), nil
}
