package form

import (
	"reflect"
	"strings"
	"testing"

	"github.com/slipway-os/slipway/agent/api"
)

// Feature 58: what nobody touches goes back as it came, the password as its mask.
func TestProxyThereAndBack(t *testing.T) {
	for name, p := range map[string]api.Proxy{
		"none":     {},
		"plain":    {Http: "http://proxy:3128", Https: "http://proxy:3129", NoProxy: []string{".example.org", "10.0.0.0/8"}},
		"user":     {Http: "http://ada@proxy:3128"},
		"password": {Http: "http://ada:********@proxy:3128", Https: "http://ada:********@proxy:3129"},
		"https":    {Https: "http://ada:********@proxy:3129"},
		"two":      {Http: "http://ada:********@proxy:3128", Https: "http://bob:********@proxy:3129"},
	} {
		s := FromProxy(p).Settings(p)
		if s.Http != p.Http || s.Https != p.Https || !reflect.DeepEqual(s.NoProxy, append([]string{}, p.NoProxy...)) {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

func TestProxyTyped(t *testing.T) {
	now := api.Proxy{Http: "http://ada:********@proxy:3128"}
	p := FromProxy(now)
	p.Password = "p@ss word"
	if s := p.Settings(now); s.Http != "http://ada:p%40ss%20word@proxy:3128" {
		t.Errorf("a new password: %s", s.Http)
	}
	p = FromProxy(now)
	p.User = "bob"
	if s := p.Settings(now); s.Http != "http://bob@proxy:3128" {
		t.Errorf("another user has not ada's password: %s", s.Http)
	}
	p.HTTP = "nonsense"
	if s := p.Settings(now); s.Http != "nonsense" {
		t.Errorf("what is no address is for the agent to judge: %s", s.Http)
	}
}

func TestPEM(t *testing.T) {
	code := strings.Repeat("A", 100)
	want := pemBegin + "\n" + code[:64] + "\n" + code[64:] + "\n" + pemEnd + "\n"
	for _, text := range []string{want, pemBegin + code + pemEnd, pemBegin + " " + code[:50] + " " + code[50:] + " " + pemEnd} {
		if got := PEM(text); got != want {
			t.Errorf("%q became %q", text, got)
		}
	}
	if got := PEM(pemBegin + code + pemEnd + pemBegin + code + pemEnd); got != want+want {
		t.Errorf("two became %q", got)
	}
	for _, text := range []string{"hello", pemBegin + code, "hello" + want, ""} {
		if got := PEM(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}
