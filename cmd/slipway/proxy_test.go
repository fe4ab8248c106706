package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/slipway-os/slipway/agent/api"
)

// Feature 58: what is not given stays, a masked password goes back as it came, and no password stands in the arguments.
func TestProxyFlags(t *testing.T) {
	t.Parallel()
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("p@ss $word\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	now := api.Proxy{Http: "http://u:********@old:1", Https: "http://old:2", NoProxy: []string{"a"}, Ca: "PEM"}
	for name, c := range map[string]struct {
		flags proxyFlags
		given string
		want  api.ProxySettings
		says  string
	}{
		"nothing":     {proxyFlags{}, "", api.ProxySettings{Http: now.Http, Https: now.Https, NoProxy: now.NoProxy, Ca: "PEM"}, ""},
		"one":         {proxyFlags{https: "http://new:3"}, "https", api.ProxySettings{Http: now.Http, Https: "http://new:3", NoProxy: now.NoProxy, Ca: "PEM"}, ""},
		"away":        {proxyFlags{}, "http no-proxy ca-file", api.ProxySettings{Https: now.Https}, ""},
		"password":    {proxyFlags{http: "http://new:3", user: "ada", passwordFile: secret}, "http", api.ProxySettings{Http: "http://ada:p%40ss%20$word@new:3", Https: now.Https, NoProxy: now.NoProxy, Ca: "PEM"}, ""},
		"in the URL":  {proxyFlags{http: "http://ada:secret@new:3"}, "http", api.ProxySettings{}, "process list"},
		"user alone":  {proxyFlags{user: "ada"}, "", api.ProxySettings{}, "give --http or --https"},
		"no such CA":  {proxyFlags{ca: secret + ".not"}, "ca-file", api.ProxySettings{}, "certificates"},
		"stdin twice": {proxyFlags{http: "http://a", https: "http://b", user: "ada", passwordFile: "-"}, "http https", api.ProxySettings{}, "read once"},
	} {
		given := strings.Fields(c.given)
		s, err := c.flags.change(now, func(flag string) bool { return slices.Contains(given, flag) })
		if c.says != "" {
			if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "secret@") {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err != nil || s.Http != c.want.Http || s.Https != c.want.Https || s.Ca != c.want.Ca || !slices.Equal(s.NoProxy, c.want.NoProxy) {
			t.Errorf("%s: %+v, %v", name, s, err)
		}
	}
}
