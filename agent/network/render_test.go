package network

import (
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

var lineSyntax = regexp.MustCompile(`^(#.*||\[[A-Za-z0-9]+\]|[A-Za-z0-9]+=[A-Za-z0-9 .:,/!_-]*)$`)

// TestRenderGolden compares every file with what was checked by hand against systemd.network(5) and systemd.netdev(5).
func TestRenderGolden(t *testing.T) {
	auto := Settings{Adapters: []Adapter{{Name: "eth0", Match: Match{MAC: mac0}, DHCP: true, Search: []string{"example.com"}}}}
	for name, files := range map[string]Files{
		"static":           Render(Settings{Adapters: []Adapter{static()}}),
		"dhcp":             Render(auto),
		"stacked":          Render(stacked()),
		"try-forgets-bond": RenderTry(stacked(), Settings{Adapters: []Adapter{static()}}),
		"try-forgets-eth0": RenderTry(Settings{Adapters: []Adapter{static()}}, Settings{}),
		"bond-by-mac": Render(Settings{Adapters: []Adapter{
			{Name: "bond0", Bond: &Bond{Mode: "active-backup", Members: []string{"eth0"}}, DHCP: true},
			{Name: "eth0", Match: Match{MAC: mac0}}, {Name: "eth1", Match: Match{MAC: mac1}}}}),
		"try-from-defaults": RenderTry(Settings{}, Settings{Adapters: []Adapter{dhcp()}}),
	} {
		var b strings.Builder
		for _, file := range slices.Sorted(maps.Keys(files)) {
			b.WriteString("=== " + file + "\n" + files[file])
		}
		golden := filepath.Join("testdata", name+".golden")
		if *update {
			if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if b.String() != string(want) {
			t.Errorf("%s: got\n%s\nwant\n%s", name, &b, want)
		}
	}
}

func TestDiff(t *testing.T) {
	old := Settings{Hostname: "a", Adapters: []Adapter{static(), {Name: "br0", Bridge: &Bridge{}}}}
	next := Settings{Hostname: "b", Adapters: []Adapter{dhcp(), {Name: "v5", VLAN: &VLAN{ID: 5, Parent: "eth0"}, DHCP: true}}}
	var got []string
	for _, l := range Diff(old, next) {
		got = append(got, l.String())
	}
	want := []string{
		"host name: a -> b",
		"eth0 addresses: 192.0.2.10/24, 2001:db8::10/64 -> DHCP",
		"eth0 gateway: 192.0.2.1 -> from DHCP",
		"eth0 IPv6 gateway: fe80::1 -> -",
		"eth0 DNS: 192.0.2.53, 2001:db8::53 -> from DHCP",
		"eth0 search domains: example.com, lab.example.com -> -",
		"eth0 MTU: 1400 -> -",
		"br0 kind: bridge of - -> -",
		"v5 kind: - -> VLAN 5 on eth0",
		"v5 addresses: - -> DHCP",
		"v5 gateway: - -> from DHCP",
		"v5 DNS: - -> from DHCP",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if lines := Diff(stacked(), stacked()); len(lines) != 0 {
		t.Errorf("the same settings differ: %v", lines)
	}
}

// TestDiffSeesEverySetting changes each field that a file is rendered from.
func TestDiffSeesEverySetting(t *testing.T) {
	for name, change := range map[string]func(*Adapter){
		"match":   func(a *Adapter) { a.Match = Match{MAC: mac0} },
		"dhcp":    func(a *Adapter) { a.DHCP = true },
		"address": func(a *Adapter) { a.Addresses = a.Addresses[:1] },
		"gateway": func(a *Adapter) { a.Gateway = a.Gateway.Next() },
		"six":     func(a *Adapter) { a.IPv6 = IPv6Static },
		"dns":     func(a *Adapter) { a.DNS = a.DNS[:1] },
		"search":  func(a *Adapter) { a.Search = nil },
		"mtu":     func(a *Adapter) { a.MTU = 1500 },
		"bond":    func(a *Adapter) { a.Bond = &Bond{Mode: "broadcast"} },
	} {
		a := static()
		change(&a)
		if len(Diff(Settings{Adapters: []Adapter{static()}}, Settings{Adapters: []Adapter{a}})) == 0 {
			t.Errorf("a changed %s is no difference", name)
		}
	}
}

func TestWithAndChanged(t *testing.T) {
	s := stacked().With(Change{Set: []Adapter{static()}, Remove: []string{"br0", "nothing"}})
	var names []string
	for _, a := range s.Adapters {
		names = append(names, a.Name)
	}
	if want := []string{"bond0", "eth0", "eth1", "eth2", "storage"}; !slices.Equal(names, want) {
		t.Errorf("adapters %v, want %v", names, want)
	}
	if changed := Changed(stacked(), s); len(changed) != 1 || changed[0].Name != "eth0" {
		t.Errorf("changed: %v", changed)
	}
}

func TestSettingsRoundTripJSON(t *testing.T) {
	raw, err := json.Marshal(stacked())
	if err != nil {
		t.Fatal(err)
	}
	var back Settings
	if err := json.Unmarshal(raw, &back); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(back, stacked()) {
		t.Errorf("came back as %+v", back)
	}
}

// FuzzSettings holds that whatever passes Validate renders to files whose lines are what the renderer wrote: nothing a
// caller says can start a line or a section of its own.
func FuzzSettings(f *testing.F) {
	for _, s := range []Settings{{}, stacked(), {Hostname: "x", Adapters: []Adapter{static()}}} {
		raw, err := json.Marshal(s)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var s Settings
		if json.Unmarshal(raw, &s) != nil || s.Validate() != nil {
			return
		}
		for name, content := range Render(s) {
			if strings.ContainsAny(name, "/\n") || strings.HasPrefix(name, ".") {
				t.Errorf("file name %q", name)
			}
			for line := range strings.SplitSeq(strings.TrimSuffix(content, "\n"), "\n") {
				if !lineSyntax.MatchString(line) {
					t.Errorf("%s has the line %q", name, line)
				}
			}
		}
		if len(Diff(s, s)) != 0 {
			t.Errorf("settings differ from themselves")
		}
	})
}
