// Package appliance reads appliance.yaml, which says what a medium installs: pure, strict, with the line of every mistake.
package appliance

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/slipway-os/slipway/agent/preset"
	"github.com/slipway-os/slipway/agent/strictyaml"
)

// TargetAuto lets the installer choose the disk.
const TargetAuto = "auto"

// PoolNone keeps the storage pool in a folder of the system disk.
const PoolNone = "none"

// What happens after the installation.
const (
	AfterReboot   = "reboot"
	AfterPowerOff = "poweroff"
	AfterNothing  = "nothing"
)

// Appliance is what appliance.yaml says.
type Appliance struct {
	// Version of the format: 1.
	Version int `yaml:"version"`
	// Release is shown in the menu and in the manifest, such as v1.2.0.
	Release string `yaml:"release"`
	// Base is a Kairos root file system in place of Slipway's own: a directory, a tar archive, an OCI or docker archive, or a
	// squashfs; relative to appliance.yaml, or absolute.
	Base string `yaml:"base"`
	// UserData is a Kairos cloud-config file, relative to appliance.yaml; it is merged into every installed host.
	UserData string `yaml:"userData"`
	// Consoles are the kernel's console= values of the medium; the last one gets the system's messages.
	Consoles []string `yaml:"consoles"`
	// KernelArguments are added on the medium and on the installed host.
	KernelArguments []string `yaml:"kernelArguments"`
	// Host is what the installed hosts begin with: network, time servers, proxy and the like.
	Host preset.Preset `yaml:"host"`
	// Theme is a folder in the form of agent/theme, relative to appliance.yaml.
	Theme    string   `yaml:"theme"`
	Branding Branding `yaml:"branding"`
	Content  Content  `yaml:"content"`
	Storage  Storage  `yaml:"storage"`
	Install  Install  `yaml:"install"`
}

// Content is baked in: a host has it in its storage pool after its first start. Files are relative to appliance.yaml.
type Content struct {
	// Bundles are content bundles, as slipway-build bundle makes them.
	Bundles []string `yaml:"bundles"`
	// Definitions are cluster definitions that no bundle holds.
	Definitions []string `yaml:"definitions"`
}

// Install is what the medium's installer goes by; it lies on the medium as YAML.
type Install struct {
	// Target is "auto" or the path of a disk.
	Target string `yaml:"target"`
	// MinimumDiskGiB keeps the installer from disks that are too small; 16 to 65536.
	MinimumDiskGiB int `yaml:"minimumDiskGiB"`
	// Overwrite allows disks that have somebody's data on them.
	Overwrite bool `yaml:"overwrite"`
	// Pool is the disk that becomes the storage pool: "auto", "none", or the path of a disk.
	Pool string `yaml:"pool"`
	// After is reboot, poweroff or nothing.
	After string `yaml:"after"`
	// Branding is the appliance's; appliance.yaml says it at its top.
	Branding Branding `yaml:"branding,omitempty"`
}

const maxBytes = 64 << 10

// defaults are what a file leaves out.
func defaults() Appliance {
	return Appliance{Version: 1, Release: "v0.1.0", Consoles: []string{"ttyS0,115200", "tty1"}, Install: installDefaults()}
}

func installDefaults() Install {
	return Install{Target: TargetAuto, MinimumDiskGiB: 16, Pool: TargetAuto, After: AfterReboot}
}

// Default is the appliance without an appliance.yaml.
func Default() Appliance { return defaults() }

// Parse reads appliance.yaml. Errors begin with the line and column of the mistake.
func Parse(data []byte) (Appliance, error) {
	a := defaults()
	if err := strictyaml.Unmarshal(data, maxBytes, &a); err != nil {
		return Appliance{}, err
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return Appliance{}, err
	}
	for _, rule := range a.rules() {
		if rule.problem != "" {
			return Appliance{}, fmt.Errorf("%s%s: %s", position(&doc, rule.path), strings.Join(rule.path, "."), rule.problem)
		}
	}
	return a, nil
}

// ParseInstall reads the installer's settings from the medium.
func ParseInstall(data []byte) (Install, error) {
	s := installDefaults()
	if err := strictyaml.Unmarshal(data, maxBytes, &s); err != nil {
		return Install{}, err
	}
	for _, rule := range s.rules() {
		if rule.problem != "" {
			return Install{}, fmt.Errorf("%s: %s", strings.Join(rule.path, "."), rule.problem)
		}
	}
	return s, nil
}

// Marshal writes the settings for the medium.
func (s Install) Marshal() ([]byte, error) { return yaml.Marshal(s) }

// rule is one thing that must hold for the value at path; list items have their number.
type rule struct {
	path    []string
	problem string // empty when it holds
}

var (
	releaseForm = regexp.MustCompile(`^v[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]{1,40})?$`)
	consoleForm = regexp.MustCompile(`^tty[A-Za-z]*[0-9]+(,[0-9]{3,7}[neo]?[5-8]?r?)?$`)
	// No blanks, quotes, or signs that GRUB reads as its own.
	argumentForm = regexp.MustCompile(`^[A-Za-z0-9_.,:=@/+%-]{1,200}$`)
	targetForm   = regexp.MustCompile(`^/dev/[A-Za-z0-9_./:+@-]{1,200}$`)
)

func (a Appliance) rules() []rule {
	rules := []rule{
		{[]string{"version"}, unless(a.Version == 1, "this slipway-build knows version 1")},
		{[]string{"release"}, unless(releaseForm.MatchString(a.Release), "want a version such as v1.2.0")},
		{[]string{"consoles"}, unless(len(a.Consoles) > 0 && len(a.Consoles) <= 4, "want one to four consoles")},
		{[]string{"kernelArguments"}, unless(len(a.KernelArguments) <= 50, "at most 50 arguments are allowed")},
		{[]string{"theme"}, unless(a.Theme == "" || filepath.IsLocal(a.Theme), "want a folder beside appliance.yaml")},
		{[]string{"userData"}, unless(a.UserData == "" || filepath.IsLocal(a.UserData), "want a file beside appliance.yaml")},
	}
	for _, console := range a.Consoles {
		rules = append(rules, rule{[]string{"consoles"}, unless(consoleForm.MatchString(console), fmt.Sprintf("%q is no console; want tty1 or ttyS0,115200", console))})
	}
	for _, argument := range a.KernelArguments {
		rules = append(rules, rule{[]string{"kernelArguments"}, unless(argumentForm.MatchString(argument), fmt.Sprintf("%q has characters that a kernel argument cannot have", argument))})
	}
	for _, problem := range a.Host.Check(time.Now()) {
		rules = append(rules, rule{append([]string{"host"}, problem.Path...), problem.Message})
	}
	rules = append(rules, rule{[]string{"install", "branding"}, unless(a.Install.Branding == Branding{}, "say it under branding, at the top")})
	rules = append(rules, below("install", a.Install.rules())...)
	rules = append(rules, below("branding", a.Branding.rules())...)
	rules = append(rules, below("content", a.Content.rules())...)
	return append(rules, below("storage", a.Storage.rules())...)
}

func below(key string, rules []rule) []rule {
	for i := range rules {
		rules[i].path = append([]string{key}, rules[i].path...)
	}
	return rules
}

func (c Content) rules() []rule {
	return append(fileRules("bundles", c.Bundles), fileRules("definitions", c.Definitions)...)
}

func fileRules(key string, files []string) []rule {
	rules := []rule{{[]string{key}, unless(len(files) <= 50, "at most 50 files are allowed")}}
	for i, file := range files {
		ok := filepath.IsLocal(file) || filepath.IsAbs(file)
		rules = append(rules, rule{[]string{key, strconv.Itoa(i)}, unless(ok, fmt.Sprintf("%q: want the path of a file, absolute or below the folder of appliance.yaml", file))})
	}
	return rules
}

func (s Install) rules() []rule {
	return []rule{
		{[]string{"target"}, unless(s.Target == TargetAuto || isDevice(s.Target), "want auto, or the path of a disk such as /dev/sda")},
		{[]string{"pool"}, unless(s.Pool == TargetAuto || s.Pool == PoolNone || isDevice(s.Pool), "want auto, none, or the path of a disk such as /dev/sdb")},
		{[]string{"minimumDiskGiB"}, unless(s.MinimumDiskGiB >= 16 && s.MinimumDiskGiB <= 65536, "want 16 to 65536")},
		{[]string{"after"}, unless(slices.Contains([]string{AfterReboot, AfterPowerOff, AfterNothing}, s.After), "want reboot, poweroff or nothing")},
	}
}

func isDevice(path string) bool { return targetForm.MatchString(path) && filepath.Clean(path) == path }

func unless(ok bool, problem string) string {
	if ok {
		return ""
	}
	return problem
}

// position is "line L, column C: " of a value, or of what it would be in; nothing for one of which the file says nothing.
func position(doc *yaml.Node, path []string) string {
	node := strictyaml.Find(doc, path)
	if node == doc || len(doc.Content) > 0 && node == doc.Content[0] {
		return ""
	}
	return fmt.Sprintf("line %d, column %d: ", node.Line, node.Column)
}
