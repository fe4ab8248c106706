package agent

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/slipway-os/slipway/agent/auth"
	"github.com/slipway-os/slipway/agent/strictyaml"
)

// Config is what the agent is started with.
type Config struct {
	// Root is "/" on a host. Anything else keeps every file below it, so that several agents live on one machine.
	Root    string
	Version string
	Settings
}

// Settings are /etc/slipway/agent.yaml.
type Settings struct {
	// Listen is the address of the Local UI and the API, host:port; default :5080.
	Listen string `yaml:"listen"`
	// RegistryListen is where containerd of this host finds its images, loopback only; default 127.0.0.1:5081.
	RegistryListen string `yaml:"registryListen"`
	// Names are those that the DNS has for this host beside its host name, for people who come by them.
	Names []string `yaml:"names"`
	// Lab marks a host of the lab, whose /sys shows another machine's disks.
	Lab bool `yaml:"lab"`
	// DisableTUI makes the console one to look at only, until PUT /host/console says otherwise.
	DisableTUI bool `yaml:"disableTui"`
	// UserDataForm lets administrators edit the host's cloud-config, which runs as root at each boot, over the API.
	UserDataForm bool            `yaml:"userDataForm"`
	Kubelet      KubeletSettings `yaml:"kubelet"`

	// Passwords is what a new password must be.
	Passwords auth.PasswordRules `yaml:"passwords"`
	// Login is when wrong passwords make people wait.
	Login auth.LockoutLimits `yaml:"login"`
}

// KubeletSettings are for kernels that do not give the kubelet all it wants (the lab).
type KubeletSettings struct {
	OOMScoreAdj  *int  `yaml:"oomScoreAdj"`
	FailCgroupV1 *bool `yaml:"failCgroupV1"`
}

// maxSettings bounds agent.yaml, in bytes.
const maxSettings = 64 << 10

// LoadConfig reads the settings below root; an absent file means defaults, an unknown key is an error.
func LoadConfig(root, version string) (Config, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return Config{}, err
	}
	c := Config{Root: root, Version: version, Settings: Settings{Listen: ":5080", RegistryListen: "127.0.0.1:5081"}}
	file := c.path("etc/slipway/agent.yaml")
	b, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(bytes.TrimSpace(b)) == 0 {
		return c, nil
	}
	if err == nil {
		err = strictyaml.Unmarshal(b, maxSettings, &c.Settings)
	}
	if err == nil {
		err = errors.Join(c.Passwords.Validate(), c.Login.Validate())
	}
	if err != nil {
		return Config{}, fmt.Errorf("%s: %w; mend the file and restart slipway-agent", file, err)
	}
	return c, nil
}

func (c Config) path(p string) string { return filepath.Join(c.Root, p) }

// onHost says whether the agent owns the machine: it may drive systemd, users and Kubernetes only then.
func (c Config) onHost() bool { return c.Root == "/" }

func (c Config) stateDir() string { return c.path("var/lib/slipway") }
func (c Config) poolDir() string  { return c.path("var/lib/slipway/pool") }
func (c Config) runDir() string   { return c.path("run/slipway") }
func (c Config) socket() string   { return filepath.Join(c.runDir(), "agent.sock") }
