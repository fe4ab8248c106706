package tui

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiclient"
	"github.com/slipway-os/slipway/tui/form"
)

// maxPEM is the longest paste of certificates, in characters, as the API bounds it.
const maxPEM = 65536

// What to do with the certificates that the host trusts for the proxy.
const (
	keepCA  = "keep"
	pasteCA = "paste new ones"
	dropCA  = "remove"
)

// proxyForm sets the proxy. The agent is asked while a person types, as the forms of the network do.
type proxyForm struct {
	c           *console
	rows        map[string]*row // by the API's name of the field
	http, https *textField
	user        *textField
	password    *textField
	noProxy     *textField
	what        *choice
	ca          *textField

	asking, stale bool
}

func (c *console) proxy() {
	f := newForm("How containerd and the kubelet reach what is outside; empty for no proxy. They restart with it; pods go on. This host, its group and its cluster are always reached directly.")
	now := form.FromProxy(c.seen.proxy)
	p := &proxyForm{c: c, rows: map[string]*row{}}
	p.rows["http"], p.http = f.field("HTTP proxy", now.HTTP)
	p.rows["https"], p.https = f.field("HTTPS proxy", now.HTTPS)
	_, p.user = f.field("Proxy user", now.User)
	passwordRow, password := f.field("Proxy password", "")
	p.password, password.secret = password, true
	p.rows["noProxy"], p.noProxy = f.field("No proxy", now.NoProxy)
	p.http.max, p.https.max, p.noProxy.max = 1024, 1024, 4096
	f.text("CA certificates", form.OrDash(authorities(c.seen.proxy.Authorities)))
	_, p.what = f.choice("Certificates", keepCA, keepCA, pasteCA, dropCA)
	p.rows["ca"], p.ca = f.field("Certificates (PEM)", "")
	p.ca.max = maxPEM
	f.changed = func() {
		p.rows["ca"].hidden = p.what.value() != pasteCA
		passwordRow.hidden = strings.TrimSpace(string(p.user.text)) == ""
		p.check()
	}
	p.rows["ca"].hidden, passwordRow.hidden = true, now.User == ""
	if strings.Contains(c.seen.proxy.Http+c.seen.proxy.Https, ":********@") {
		passwordRow.label = "Password (is set)"
	}
	f.button("Apply", p.apply)
	c.pushForm("Proxy", f)
}

func authorities(list []api.Authority) string {
	var out []string
	for _, a := range list {
		out = append(out, fmt.Sprintf("%s, until %s", a.Subject, a.NotAfter.Format("2006-01-02")))
	}
	return strings.Join(out, "; ")
}

func (p *proxyForm) read() api.ProxySettings {
	now := p.c.seen.proxy
	typed := form.Proxy{HTTP: p.http.value(), HTTPS: p.https.value(), User: p.user.value(), Password: string(p.password.text), NoProxy: p.noProxy.value()}
	switch p.what.value() {
	case keepCA:
		typed.CA = now.Ca
	case pasteCA:
		typed.CA = string(p.ca.text)
	}
	return typed.Settings(now)
}

// check asks the agent what is wrong. At most one question is under way.
func (p *proxyForm) check() {
	if p.asking {
		p.stale = true
		return
	}
	p.asking, p.stale = true, false
	s := p.read()
	p.c.workers.Go(func() {
		answer, err := p.c.previewProxy(p.c.ctx, s)
		p.c.post(func() {
			p.asking = false
			if p.stale {
				p.check()
				return
			}
			if err == nil {
				p.say(answer.Problems)
			}
		})
	})
}

func (p *proxyForm) say(problems []api.FieldProblem) {
	for field, r := range p.rows {
		r.note = ""
		for _, x := range problems {
			if x.Field == field {
				r.note = sentence(x.Message)
			}
		}
	}
}

// apply shows the difference and asks.
func (p *proxyForm) apply() {
	s := p.read()
	var answer api.NetworkPreview
	p.c.call("Checking", func(ctx context.Context) (err error) {
		answer, err = p.c.previewProxy(ctx, s)
		return err
	}, func() {
		p.say(answer.Problems)
		switch {
		case len(answer.Problems) > 0:
			p.c.message = "Something above is not right yet."
		case len(answer.Lines) == 0:
			p.c.message = "These are the settings that the host already has; nothing to do."
		default:
			p.c.compareProxy(s, answer)
		}
	})
}

func (c *console) compareProxy(s api.ProxySettings, p api.NetworkPreview) {
	f := newForm("containerd and the kubelet, where they run, restart with the new settings.")
	f.table = func(width int) []string { return differences(p.Lines, width) }
	f.button("Back", c.pop)
	f.button("Set the proxy", func() {
		c.call("Setting the proxy", func(ctx context.Context) error {
			_, err := apiclient.Decode[struct{}](c.Client, func() (*http.Response, error) { return c.Client.SetProxy(ctx, s) })
			return err
		}, func() {
			c.pop()
			c.pop()
			c.message = "The proxy is set."
			c.again()
		})
	})
	c.pushForm("Difference", f)
}

func (c *console) previewProxy(ctx context.Context, s api.ProxySettings) (api.NetworkPreview, error) {
	return apiclient.Decode[api.NetworkPreview](c.Client, func() (*http.Response, error) { return c.Client.PreviewProxy(ctx, s) })
}
