package network

import "testing"

// Feature 38: what carries a cluster is touched also by a change below it, or by one that takes it as a member.
func TestTouches(t *testing.T) {
	br0, _ := stacked().Adapter("br0")
	br0.MTU = 1400
	bond0 := Adapter{Name: "bond0", Bond: &Bond{Mode: "balance-rr", Members: []string{"eth0", "eth1"}}}
	for name, c := range map[string]struct {
		old     Settings
		change  Change
		adapter string
		want    bool
	}{
		"its own settings":          {stacked(), Change{Set: []Adapter{br0}}, "br0", true},
		"a bond far below":          {stacked(), Change{Set: []Adapter{bond0}}, "br0", true},
		"a member of that bond":     {stacked(), Change{Set: []Adapter{{Name: "eth1", Match: Match{MAC: mac1}, MTU: 9000}}}, "br0", true},
		"another adapter":           {stacked(), Change{Set: []Adapter{{Name: "eth2", Match: Match{PermanentMAC: mac2}}}}, "br0", false},
		"above, from below":         {stacked(), Change{Set: []Adapter{br0}}, "eth0", false},
		"removed":                   {stacked(), Change{Remove: []string{"br0"}}, "br0", true},
		"taken as a member":         {Settings{}, Change{Set: []Adapter{{Name: "br1", Bridge: &Bridge{Members: []string{"eth0"}}}, {Name: "eth0", Match: Match{PermanentMAC: mac0}}}}, "eth0", true},
		"named, as it was by DHCP":  {Settings{}, Change{Set: []Adapter{dhcp()}}, "eth0", false},
		"a VLAN on it":              {Settings{Adapters: []Adapter{dhcp()}}, Change{Set: []Adapter{{Name: "eth0.7", VLAN: &VLAN{ID: 7, Parent: "eth0"}}}}, "eth0", false},
		"static instead of by DHCP": {Settings{}, Change{Set: []Adapter{static()}}, "eth0", true},
		"nothing":                   {stacked(), Change{}, "br0", false},
	} {
		if got := Touches(c.old, c.old.With(c.change), c.adapter); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
