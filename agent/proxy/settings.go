package proxy

import (
	"net/url"
	"strings"
)

// mask stands for a password that is set.
const mask = "********"

// Settings are what a person sets.
type Settings struct {
	// HTTP and HTTPS are the proxies for either kind of address, http://[USER:PASSWORD@]HOST[:PORT]; empty for none.
	HTTP  string `json:"http"`
	HTTPS string `json:"https"`
	// NoProxy are hosts, domains (.example.org), addresses and networks that are reached directly.
	NoProxy []string `json:"noProxy"`
	// CA is certificates in PEM that this host is to trust; empty for none.
	CA string `json:"ca"`
}

// On says whether there is a proxy.
func (s Settings) On() bool { return s.HTTP != "" || s.HTTPS != "" }

// Masked is s without its passwords.
func (s Settings) Masked() Settings {
	s.HTTP, s.HTTPS = masked(s.HTTP), masked(s.HTTPS)
	return s
}

// masked is written by hand: url.URL would escape the mask.
func masked(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.User == nil {
		return raw
	}
	if _, has := u.User.Password(); !has {
		return raw
	}
	user := url.User(u.User.Username()).String()
	u.User = nil
	return strings.Replace(u.String(), "://", "://"+user+":"+mask+"@", 1)
}

// WithPasswords is s with the passwords of old where s has the mask. The mask for another user or proxy stays, and Check
// refuses it: nobody may send a password that he does not know to a machine of his own.
func (s Settings) WithPasswords(old Settings) Settings {
	for _, raw := range []*string{&s.HTTP, &s.HTTPS} {
		for _, known := range []string{old.HTTP, old.HTTPS} {
			if strings.Contains(*raw, mask) && *raw == masked(known) {
				*raw = known
			}
		}
	}
	return s
}
