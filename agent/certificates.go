package agent

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/slipway-os/slipway/agent/api"
	"github.com/slipway-os/slipway/agent/apiserver"
	"github.com/slipway-os/slipway/agent/certificate"
)

// certificates shows the certificate that browsers see through the API.
type certificates struct{ a *Agent }

func (c certificates) Show(context.Context) (api.HostCertificate, error) {
	own, leaf := c.a.certificate.Own(), c.a.identity.Certificate.Leaf
	out := api.HostCertificate{Own: own != nil, Requested: c.a.certificate.Requested(), Warnings: []string{}}
	if own != nil {
		leaf = own.Leaf
		out.Warnings = certificate.Warnings(leaf, hostName(), c.a.addresses(), c.a.now())
	}
	f := certificate.Describe(leaf)
	out.Subject, out.Issuer, out.SelfSigned, out.Names = f.Subject, f.Issuer, f.SelfSigned, f.Names
	out.NotBefore, out.NotAfter, out.Fingerprint = f.NotBefore, f.NotAfter, f.Fingerprint
	return out, nil
}

func (c certificates) Install(_ context.Context, i api.InstallCertificate) error {
	return certificateError(c.a.certificate.Install([]byte(i.Chain), []byte(i.Key), c.a.now()))
}

func (c certificates) Remove(context.Context) error {
	return certificateError(c.a.certificate.Remove())
}

// Request asks for the host's own name and addresses when none are given.
func (c certificates) Request(_ context.Context, q api.HostCertificateRequest) (api.SigningRequest, error) {
	r := certificate.Request{CommonName: q.CommonName, Organization: q.Organization, Names: q.Names}
	if r.CommonName == "" {
		r.CommonName = hostName()
	}
	if len(r.Names) == 0 {
		r.Names = append([]string{hostName()}, c.a.addresses()...)
	}
	text, err := c.a.certificate.Request(r)
	return api.SigningRequest{Request: string(text)}, certificateError(err)
}

func certificateError(err error) error {
	if err == nil {
		return nil
	}
	return apiserver.Errorf(http.StatusUnprocessableEntity, "certificate:refused", "%s", sentence(err))
}

// knownAs says whether people may come by that name: the host's own, alone or with a domain, one of agent.yaml, or one that the
// owner's certificate has.
func (a *Agent) knownAs(name string) bool {
	if own := a.certificate.Own(); own != nil && own.Leaf.VerifyHostname(name) == nil {
		return true
	}
	first, _, _ := strings.Cut(name, ".")
	is := func(x string) bool { return strings.EqualFold(x, name) }
	return strings.EqualFold(first, hostName()) || is(hostName()) || slices.ContainsFunc(a.cfg.Names, is)
}

// certificateWarning is part of what this host says about itself.
func (a *Agent) certificateWarning() (api.Warning, bool) {
	own := a.certificate.Own()
	if own == nil {
		return api.Warning{}, false
	}
	message, soon := certificate.Expiry(own.Leaf, a.now())
	return api.Warning{Id: "certificate-expiry", Message: message,
		Fix: "Ask its authority for a new one and upload it under Settings, Certificate, or go back to the self-signed one: slipway host certificate remove."}, soon
}
