package preset

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/slipway-os/slipway/agent/auth"
	"github.com/slipway-os/slipway/agent/host"
	"github.com/slipway-os/slipway/agent/network"
	"github.com/slipway-os/slipway/agent/proxy"
	"github.com/slipway-os/slipway/agent/strictyaml"
	"github.com/slipway-os/slipway/agent/timesync"
)

// Key is the key of the cloud-config that holds a preset.
const Key = "slipway"

// maxConfig is the most of a cloud-config that is read, in bytes.
const maxConfig = 1 << 20

// Preset is what a host is to begin with. What is left out stays as the image has it.
type Preset struct {
	Hostname string    `yaml:"hostname,omitempty"`
	Network  []Adapter `yaml:"network,omitempty"`
	// NTP are time servers, names or addresses.
	NTP   []string `yaml:"ntp,omitempty"`
	Proxy Proxy    `yaml:"proxy,omitempty"`
	// Tags are what people find the host by.
	Tags map[string]string `yaml:"tags,omitempty"`
	// User is the first administrator; nil leaves it to be made at the console.
	User *User `yaml:"user,omitempty"`
	// Theme is how the Local UI looks; nil is the product's own look.
	Theme *Theme `yaml:"theme,omitempty"`
}

// User has a password that everybody may know who has the medium: it must be changed at the first login.
type User struct {
	Name string `yaml:"name"`
	// PasswordHash is as mkpasswd(1) makes it: yescrypt, SHA-512-crypt or SHA-256-crypt.
	PasswordHash string `yaml:"passwordHash"`
}

// Proxy are the settings of agent/proxy.
type Proxy struct {
	HTTP    string   `yaml:"http,omitempty"`
	HTTPS   string   `yaml:"https,omitempty"`
	NoProxy []string `yaml:"noProxy,omitempty"`
	CA      string   `yaml:"ca,omitempty"`
}

// Settings are the proxy's in the form that agent/proxy takes.
func (p Proxy) Settings() proxy.Settings {
	return proxy.Settings{HTTP: p.HTTP, HTTPS: p.HTTPS, NoProxy: p.NoProxy, CA: p.CA}
}

// Empty says that nothing is set.
func (p Proxy) Empty() bool { return p.HTTP+p.HTTPS+p.CA == "" && len(p.NoProxy) == 0 }

// Problem is what is wrong with one value; Path leads to it, list items by their number.
type Problem struct {
	Path    []string
	Message string
}

// Check says everything that is wrong at the time now.
func (p Preset) Check(now time.Time) (out []Problem) {
	if p.Hostname != "" {
		if err := network.ValidateHostname(p.Hostname); err != nil {
			out = append(out, Problem{[]string{"hostname"}, err.Error()})
		}
	}
	out = append(out, checkNetwork(p.Network)...)
	if err := timesync.Check(p.NTP); err != nil {
		out = append(out, Problem{[]string{"ntp"}, err.Error()})
	}
	for _, problem := range p.Proxy.Settings().Check(now) {
		out = append(out, Problem{[]string{"proxy", problem.Field}, problem.Message})
	}
	if err := host.CheckTags(p.Tags); err != nil {
		out = append(out, Problem{[]string{"tags"}, err.Error()})
	}
	if p.User != nil {
		if err := auth.CheckName(p.User.Name); err != nil {
			out = append(out, Problem{[]string{"user", "name"}, err.Error()})
		}
		if err := auth.CheckHash(p.User.PasswordHash); err != nil {
			out = append(out, Problem{[]string{"user", "passwordHash"}, err.Error()})
		}
	}
	if p.Theme != nil {
		if err := p.Theme.check(); err != nil {
			out = append(out, Problem{[]string{"theme"}, err.Error()})
		}
	}
	return out
}

// FromCloudConfig takes the preset out of a cloud-config; other keys are none of its business. Without one the zero Preset
// is returned.
func FromCloudConfig(data []byte, now time.Time) (Preset, error) {
	var keys map[string]yaml.Node
	if err := strictyaml.Unmarshal(data, maxConfig, &keys); err != nil {
		return Preset{}, err
	}
	node, ok := keys[Key]
	if !ok {
		return Preset{}, nil
	}
	text, err := yaml.Marshal(&node)
	if err != nil {
		return Preset{}, err
	}
	var p Preset
	if err := strictyaml.Unmarshal(text, maxConfig, &p); err != nil {
		return Preset{}, errors.New("the key " + Key + " " + err.Error())
	}
	for _, problem := range p.Check(now) {
		return Preset{}, errors.New(Key + "." + strings.Join(problem.Path, ".") + ": " + problem.Message)
	}
	return p, nil
}

func adapter(i int, field string) []string { return []string{"network", strconv.Itoa(i), field} }
