package form

import (
	"reflect"
	"strings"
	"testing"

	"github.com/slipway-os/slipway/agent/api"
)

func TestMaskBits(t *testing.T) {
	for text, want := range map[string]int{"255.255.255.0": 24, "24": 24, "/20": 20, "255.255.240.0": 20, "255.255.255.255": 32, "128.0.0.0": 1,
		"0": 0, "33": 0, "255.0.255.0": 0, "0.0.0.0": 0, "0.255.255.0": 0, "x": 0, "": 0, "fd00::": 0} {
		n, err := MaskBits(text)
		if n != want || (err == nil) != (want > 0) {
			t.Errorf("%q: %d, %v; want %d", text, n, err, want)
		}
		if err == nil && !strings.HasPrefix(text, "1") {
			if back, _ := MaskBits(Mask(n)); back != n {
				t.Errorf("%d becomes %s becomes %d", n, Mask(n), back)
			}
		}
	}
}

// Feature 30.
func TestHostName(t *testing.T) {
	for name, ok := range map[string]bool{"edge-1": true, "edge-1.site.example": true, "a": true, "": false, "-a": false, "a-": false,
		"a_b": false, "a..b": false, "ä": false, "a b": false, strings.Repeat("a", 64): false} {
		if err := HostName(name); (err == nil) != ok {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestServers(t *testing.T) {
	for text, ok := range map[string]bool{"": true, "10.0.0.1, ntp.site.example fd00::1": true, "a_b": false, "1,2,3,4,5,6,7,8,9": false, "-x": false} {
		if err := Servers(List(text)); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// Feature 31, Feature 32 and Feature 33.
func TestAdapterThereAndBack(t *testing.T) {
	for name, s := range map[string]api.AdapterSettings{
		"dhcp":   {Name: "eth0", Dhcp: true, Ipv6: "auto"},
		"static": {Name: "eth0", Addresses: []string{"10.0.0.5/24"}, Gateway: "10.0.0.1", Ipv6: "off", Mtu: 9000},
		"more":   {Name: "eth0", Addresses: []string{"10.0.0.5/24", "10.0.1.5/25", "fd00::5/64"}, Gateway: "10.0.0.1", Gateway6: "fd00::1", Ipv6: "static"},
		"none":   {Name: "eth0", Ipv6: "auto"},
		"vlan":   {Name: "eth0.7", Dhcp: true, Ipv6: "auto", Vlan: api.VLAN{Id: 7, Parent: "eth0"}, Dns: []string{"10.0.0.1"}, Search: []string{"a.example"}},
	} {
		got, p := FromSettings(s).Settings(s)
		if len(p) > 0 || !reflect.DeepEqual(got, s) {
			t.Errorf("%s: %+v, %v; want %+v", name, got, p, s)
		}
	}
}

func TestAdapterProblemsAreSaidInPlace(t *testing.T) {
	good := Adapter{Scheme: Static, Address: "10.0.0.5", Mask: "24", Gateway: "10.0.0.1", IPv6: "auto"}
	for field, change := range map[string]func(*Adapter){
		"addresses": func(a *Adapter) { a.Address = "10.0.0" },
		"mask":      func(a *Adapter) { a.Mask = "" },
		"gateway":   func(a *Adapter) { a.Gateway = "10.0.0.256" },
		"more":      func(a *Adapter) { a.More = "fd00::5/64, fd00::6" },
		"gateway6":  func(a *Adapter) { a.Gateway6 = "fe80" },
		"mtu":       func(a *Adapter) { a.MTU = "big" },
	} {
		a := good
		change(&a)
		if _, p := a.Settings(api.AdapterSettings{}); len(p) != 1 || p[field] == "" {
			t.Errorf("%s: %v", field, p)
		}
	}
	if s, p := (Adapter{Scheme: Static, Address: "10.0.0.5/20"}).Settings(api.AdapterSettings{}); len(p) > 0 || s.Addresses[0] != "10.0.0.5/20" {
		t.Errorf("prefix behind the address: %v, %v", s.Addresses, p)
	}
	// DHCP leaves nothing of what was static.
	if s, p := (Adapter{Scheme: DHCP, Address: "10.0.0.5", Mask: "24", Gateway: "x"}).Settings(api.AdapterSettings{}); len(p) > 0 || s.Gateway != "" || s.Addresses != nil {
		t.Errorf("DHCP keeps %+v, %v", s, p)
	}
}

// Feature 35.
func TestDNS(t *testing.T) {
	base := api.AdapterSettings{Name: "eth0", Dhcp: true}
	s, p := DNS{Primary: "10.0.0.1", Alternate: "10.0.0.2 fd00::1", Search: "a.example, b.example"}.Settings(base)
	want := api.AdapterSettings{Name: "eth0", Dhcp: true, Dns: []string{"10.0.0.1", "10.0.0.2", "fd00::1"}, Search: []string{"a.example", "b.example"}}
	if len(p) > 0 || !reflect.DeepEqual(s, want) {
		t.Errorf("%+v, %v", s, p)
	}
	for field, d := range map[string]DNS{"dns": {Primary: "x"}, "alternate": {Primary: "10.0.0.1", Alternate: "y"}} {
		if _, p := d.Settings(base); len(p) != 1 || p[field] == "" {
			t.Errorf("%s: %v", field, p)
		}
	}
	if _, p := (DNS{Alternate: "10.0.0.1"}).Settings(base); p["dns"] == "" {
		t.Error("an alternate server without a first one")
	}
}

func TestText(t *testing.T) {
	if got := Wrap("one two three\nfour", 8); !reflect.DeepEqual(got, []string{"one two", "three", "four"}) {
		t.Errorf("%q", got)
	}
	if got := Wrap("abcdefghij", 4); !reflect.DeepEqual(got, []string{"abcd", "efgh", "ij"}) {
		t.Errorf("%q", got)
	}
	if got := Clean("a\x1b[31mb\tc\u202e"); strings.ContainsAny(got, "\x1b\t\u202e") {
		t.Errorf("%q reaches the terminal", got)
	}
	if got := Cut("abcdef", 4); got != "abc~" {
		t.Errorf("%q", got)
	}
	if got := Token(" abc\n def\r\n"); got != "abcdef" {
		t.Errorf("%q", got)
	}
}

func TestIsToken(t *testing.T) {
	for text, want := range map[string]bool{"": true, "e": true, "eyJ": true, "eyJ2Ijox-_9": true, "eyJ2.Ijox": false, "token": false, "eyJ=": false, "https://": false} {
		if IsToken(text) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
}

func FuzzAdapter(f *testing.F) {
	f.Add("10.0.0.5", "255.255.255.0", "10.0.0.1", "fd00::5/64", "1500")
	f.Add("/", "/", "::", ",", "-1")
	f.Fuzz(func(t *testing.T, address, mask, gateway, more, mtu string) {
		a := Adapter{Scheme: Static, Address: address, Mask: mask, Gateway: gateway, IPv6: "auto", More: more, MTU: mtu}
		s, p := a.Settings(api.AdapterSettings{Name: "eth0"})
		if len(p) > 0 {
			return
		}
		// What the form accepts it shows again with the same meaning.
		again, p := FromSettings(s).Settings(api.AdapterSettings{Name: "eth0"})
		if len(p) > 0 || len(again.Addresses) != len(s.Addresses) {
			t.Errorf("%+v becomes %+v, %v", s, again, p)
		}
	})
}

func FuzzWrap(f *testing.F) {
	f.Add("some text of\nlines", 5)
	f.Fuzz(func(t *testing.T, text string, width int) {
		for _, line := range Wrap(text, width%200) {
			if n := len([]rune(line)); n > max(width%200, 1) {
				t.Errorf("line of %d characters at width %d", n, width)
			}
		}
	})
}
