package form

import (
	"net/url"
	"strings"

	"github.com/slipway-os/slipway/agent/api"
)

// mask stands for a password that the agent has and does not show; sent back, it means that one.
const mask = "********"

// Proxy is the form of the proxy, as typed. The user and the password are those of both proxies; a proxy with another user
// has them in its address.
type Proxy struct {
	HTTP, HTTPS, User, Password, NoProxy string
	// CA is certificates in PEM, also without their line ends, as a paste into one line leaves them.
	CA string
}

// FromProxy is what the form begins with. Password is empty, which keeps the one that is set.
func FromProxy(p api.Proxy) Proxy {
	out := Proxy{HTTP: p.Http, HTTPS: p.Https, NoProxy: strings.Join(p.NoProxy, ", "), CA: p.Ca}
	out.User = userOf(p.Http)
	if out.User == "" {
		out.User = userOf(p.Https)
	}
	out.HTTP, out.HTTPS = out.without(p.Http), out.without(p.Https)
	return out
}

func userOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.User == nil {
		return ""
	}
	return u.User.Username()
}

// without takes the user and password of the form off an address.
func (p Proxy) without(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.User == nil || u.User.Username() != p.User {
		return address
	}
	u.User = nil
	return u.String()
}

// Settings is what the form asks of the agent; now is what is set.
func (p Proxy) Settings(now api.Proxy) api.ProxySettings {
	return api.ProxySettings{Http: p.with(p.HTTP, now), Https: p.with(p.HTTPS, now), NoProxy: append([]string{}, List(p.NoProxy)...), Ca: PEM(p.CA)}
}

// with puts the user and password into an address that has none.
func (p Proxy) with(address string, now api.Proxy) string {
	address = strings.TrimSpace(address)
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || strings.TrimSpace(p.User) == "" {
		return address
	}
	user := strings.TrimSpace(p.User)
	if p.Password != "" {
		u.User = url.UserPassword(user, p.Password)
		return u.String()
	}
	keeps := url.User(user).String() + ":" + mask + "@"
	if strings.Contains(now.Http+" "+now.Https, "://"+keeps) {
		return u.Scheme + "://" + keeps + u.Host + u.Path // not by url.URL, which would escape the mask
	}
	u.User = url.User(user)
	return u.String()
}

const (
	pemBegin = "-----BEGIN CERTIFICATE-----"
	pemEnd   = "-----END CERTIFICATE-----"
)

// PEM gives certificates back the line ends that a paste into one line lost (RFC 7468, 2). Other text stays as it is.
func PEM(text string) string {
	var b strings.Builder
	rest := text
	for {
		before, after, found := strings.Cut(rest, pemBegin)
		body, next, ended := strings.Cut(after, pemEnd)
		if strings.TrimSpace(before) != "" || !found || !ended {
			if strings.TrimSpace(rest) != "" {
				return text // nothing that is known
			}
			return b.String()
		}
		b.WriteString(pemBegin + "\n")
		for code := strings.Join(strings.Fields(body), ""); code != ""; {
			n := min(len(code), 64)
			b.WriteString(code[:n] + "\n")
			code = code[n:]
		}
		b.WriteString(pemEnd + "\n")
		rest = next
	}
}
