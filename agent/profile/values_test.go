package profile

import (
	"reflect"
	"strings"
	"testing"
)

func TestFormats(t *testing.T) {
	tests := []struct {
		format    Format
		good, bad []string
	}{
		{FormatString, []string{"x", "grüße", "a b"}, []string{"a\nb", "\x00", "\x1b[31m"}},
		{"", []string{"x"}, []string{"a\nb"}},
		{FormatMultiline, []string{"a\nb\tc"}, []string{"a\x00"}},
		{FormatNumber, []string{"0", "-1", "30003", "0.5"}, []string{"1e5", "0x1", "01", "1.", " 1", "NaN"}},
		{FormatBoolean, []string{"true", "false"}, []string{"True", "yes", "1"}},
		{FormatVersion, []string{"1.32.3", "v1.2", "1.0.0-rc.1+b"}, []string{"1.2.3.4", "latest", "01.2"}},
		{FormatIPv4, []string{"192.0.2.1"}, []string{"192.0.2.01", "192.0.2", "::1", "1.2.3.4/8"}},
		{FormatIPv6, []string{"2001:db8::1"}, []string{"192.0.2.1", "fe80::1%eth0", ":::"}},
		{FormatCIDR, []string{"100.64.0.0/18"}, []string{"100.64.0.1/18", "2001:db8::/32", "10.0.0.0", "10.0.0.0/33"}},
		{FormatBase64, []string{"aGVsbG8="}, []string{"aGVsbG8", "***"}},
	}
	for _, tt := range tests {
		v := Variable{Name: "x", Format: tt.format}
		for _, s := range tt.good {
			if why := v.reject(s, true); why != "" {
				t.Errorf("%s refuses %q: %s", tt.format, s, why)
			}
		}
		for _, s := range append(tt.bad, "\xff") {
			if v.reject(s, true) == "" {
				t.Errorf("%s takes %q", tt.format, s)
			}
		}
	}
}

func TestValidate(t *testing.T) {
	d := parseSample(t)
	tests := map[string]struct {
		values map[string]string
		bad    map[string]string // name -> part of the reason
	}{
		"defaults":         {nil, nil},
		"given":            {map[string]string{"podCIDR": "10.0.0.0/16", "size": "large", "registryPort": "31000"}, nil},
		"required":         {map[string]string{"podCIDR": ""}, map[string]string{"podCIDR": "required"}},
		"all at once":      {map[string]string{"podCIDR": "x", "size": "huge"}, map[string]string{"podCIDR": "IPv4", "size": "options"}},
		"regex to end":     {map[string]string{"registryPort": "300031"}, map[string]string{"registryPort": "match"}},
		"regex from start": {map[string]string{"registryPort": "130003"}, map[string]string{"registryPort": "match"}},
		"read only":        {map[string]string{"channel": "2"}, map[string]string{"channel": "changed"}},
		"read only same":   {map[string]string{"channel": "1.10"}, nil},
		"hidden":           {map[string]string{"secretKind": "x"}, map[string]string{"secretKind": "changed"}},
		"unknown":          {map[string]string{"colour": "red"}, map[string]string{"colour": "no variable"}},
		"empty not asked":  {map[string]string{"registryPort": ""}, nil},
		"too long":         {map[string]string{"password": strings.Repeat("x", maxValue+1)}, map[string]string{"password": "at most"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := Rejected(d.Validate(tt.values))
			if len(got) != len(tt.bad) {
				t.Errorf("rejected %+v, want %v", got, tt.bad)
			}
			for _, v := range got {
				if want, ok := tt.bad[v.Name]; !ok || !strings.Contains(v.Reason, want) {
					t.Errorf("%+v, want a reason with %q", v, want)
				}
			}
		})
	}
	if got := len(d.Validate(nil)); got != len(d.Variables) {
		t.Errorf("%d verdicts for %d variables", got, len(d.Variables))
	}
}

func TestReasonNeverHoldsTheValue(t *testing.T) {
	const secret = "s3cr3t\x01"
	for _, f := range formats {
		v := Variable{Name: "x", Format: f, Masked: true, Regex: "[a-z]+"}
		if why := v.reject(secret, true); strings.Contains(why, "s3cr3t") {
			t.Errorf("%s: %s", f, why)
		}
	}
}

func TestMerge(t *testing.T) {
	d := parseSample(t)
	got := d.Merge(map[string]string{"size": "large", "secretKind": "forged", "colour": "red", "password": Mask})
	for name, want := range map[string]string{"size": "large", "podCIDR": "100.64.0.0/18", "secretKind": "plain", "colour": "red", "password": "initial"} {
		if got[name] != want {
			t.Errorf("%s = %q, want %q", name, got[name], want)
		}
	}
}

func TestUpdate(t *testing.T) {
	d := parseSample(t)
	present := d.Merge(map[string]string{"password": "hidden one"})
	next := d.Update(present, map[string]string{"password": Mask, "size": "large"})
	if next["password"] != "hidden one" || next["size"] != "large" {
		t.Errorf("updated to %v", next)
	}
	if bad := Rejected(d.ValidateUpdate(present, next)); len(bad) > 0 {
		t.Errorf("rejected %v", bad)
	}
	next["podCIDR"] = "10.0.0.0/16"
	bad := Rejected(d.ValidateUpdate(present, next))
	if len(bad) != 1 || bad[0].Name != "podCIDR" {
		t.Errorf("an immutable variable was changed: %v", bad)
	}
	if d.Update(present, map[string]string{"password": "new"})["password"] != "new" {
		t.Error("a masked value cannot be replaced")
	}
}

func TestRedact(t *testing.T) {
	d := parseSample(t)
	got := d.Redact(map[string]string{"password": "x", "size": "large", "colour": "red", "empty": ""})
	want := map[string]string{"password": Mask, "size": "large", "colour": Mask, "empty": ""}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("redacted %v, want %v", got, want)
	}
	if p := d.Public(); p.Variables[5].Default != Mask || d.Variables[5].Default != "initial" {
		t.Error("Public must mask the default, and in the copy only")
	}
}
