package userdata

import (
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

const sample = `#cloud-config
# who may log in
hostname: harbour-1
users:
  - name: ann
    passwd: "kettle one"
    lock_passwd: false
  - name: bob   # the other one
    passwd: 'it''s two'
p2p: {network_token: abc123, pin: 5}
stages:
  boot:
    - name: Keys
      files:
        - path: /etc/key.pem
          content: |
            -----BEGIN EC PRIVATE KEY-----
            MHcCAQEE

            -----END EC PRIVATE KEY-----
          permissions: 0600
slipway:
  proxy: {http: "http://ada:pw@proxy.example:3128"}
install:
  device: /dev/sda
`

var secretsOfSample = []string{"kettle one", "it''s two", "abc123", "MHcCAQEE", "ada:pw"}

var at = time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC)

// Feature 67: secrets are not shown, everything else is as it was written.
func TestMasked(t *testing.T) {
	got, err := Masked(sample)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range secretsOfSample {
		if strings.Contains(got, s) {
			t.Errorf("%q is shown:\n%s", s, got)
		}
	}
	for _, kept := range []string{"# who may log in\n", "  - name: bob   # the other one\n", "lock_passwd: false\n", `p2p: {network_token: "********", pin: 5}`, "          content: \"********\"\n          permissions: 0600\n", "  device: /dev/sda\n"} {
		if !strings.Contains(got, kept) {
			t.Errorf("%q is lost:\n%s", kept, got)
		}
	}
}

func TestMaskedWhereNothingCanBeReplacedInPlace(t *testing.T) {
	for _, text := range []string{
		"#cloud-config\na: {token: &t hidden}\nb: *t\n",
		"#cloud-config\ntoken:\n  hidden\n  twice\n",
		"#cloud-config\ntokens: [x, |\n hidden\n]\n",
		"#cloud-config\ntokens:\n- |\n  hidden\n",
		"#cloud-config\ntoken: !!str hidden\n",
	} {
		got, err := Masked(text)
		if strings.Contains(got, "hidden") || err == nil && !strings.Contains(got, Mask) {
			t.Errorf("%q is shown as %q, %v", text, got, err)
		}
	}
}

// Feature 67: what comes back with the mask keeps the secrets, also of a list in another order.
func TestFilled(t *testing.T) {
	shown, err := Masked(sample)
	if err != nil {
		t.Fatal(err)
	}
	same := func(text string) map[string]any {
		var v map[string]any
		if err := yaml.Unmarshal([]byte(text), &v); err != nil {
			t.Fatal(err)
		}
		return v
	}
	got, problems := Filled(shown, sample)
	if a, b := same(got), same(sample); len(problems) > 0 || !equal(a, b) {
		t.Errorf("%v\n%s\nmeans %v, want %v", problems, got, a, b)
	}
	swapped := "#cloud-config\nusers:\n  - {name: bob, passwd: \"********\"}\n  - {name: ann, passwd: new}\n"
	if got, problems = Filled(swapped, sample); len(problems) > 0 || !strings.Contains(got, `{name: bob, passwd: "it's two"}`) {
		t.Errorf("%v %s", problems, got)
	}
	_, problems = Filled("#cloud-config\nusers:\n  - name: eve\n    passwd: \"********\"\n", sample)
	if len(problems) != 1 || problems[0].Line != 4 || problems[0].Column != 13 || !strings.Contains(problems[0].Message, "no secret") {
		t.Errorf("a mask that stands for nothing: %v", problems)
	}
	if got, _ := Filled("#cloud-config\np2p: {network_token: \"********\"}\n", strings.Replace(sample, "abc123", "123", 1)); !strings.Contains(got, "{network_token: 123}") {
		t.Errorf("a number became text: %s", got)
	}
}

func equal(a, b any) bool {
	x, err1 := yaml.Marshal(a)
	y, err2 := yaml.Marshal(b)
	return err1 == nil && err2 == nil && string(x) == string(y)
}

// Feature 67: each mistake with its line and column.
func TestCheck(t *testing.T) {
	tests := map[string]struct {
		text         string
		line, column int
		want         string
	}{
		"head":       {"hostname: x\n", 1, 1, "the first line must be #cloud-config"},
		"syntax":     {"#cloud-config\nusers:\n  - name: [ann\nx: y\n", 3, 3, "did not find expected"},
		"mapping":    {"#cloud-config\na: 1\nb:\n  c: 2\n d: 3\n", 5, 2, "did not find expected key"},
		"colon":      {"#cloud-config\na: 1\nhostname harbour\nb: 2\n", 3, 1, "could not find expected ':'"},
		"tab":        {"#cloud-config\nusers:\n\t- x\n", 3, 2, "cannot start any token"},
		"twice":      {"#cloud-config\na: 1\nb: 2\na: 3\n", 4, 1, "already defined"},
		"control":    {"#cloud-config\na: x\x00\n", 2, 5, "control character"},
		"two":        {"#cloud-config\na: 1\n---\nb: 1\n", 1, 1, "more than one"},
		"list":       {"#cloud-config\n- a\n", 2, 1, "cannot unmarshal"},
		"preset":     {"#cloud-config\nslipway:\n  network:\n    - name: eth0\n      addresses: [10.0.0.300/24]\n", 5, 18, "is not an address"},
		"key":        {"#cloud-config\nslipway:\n  hostnaem: x\n", 3, 3, "hostnaem not found"},
		"stages":     {"#cloud-config\nstages:\n  boot:\n    name: x\n", 4, 5, "a stage is a list of steps"},
		"step":       {"#cloud-config\nstages:\n  boot: [reboot]\n", 3, 10, "a step is a mapping"},
		"same names": {"#cloud-config\nstages:\n  boot:\n    - {name: a}\n    - {name: b}\n    - {name: a}\n", 6, 14, `another step of boot is called "a" too`},
		"install":    {strings.Replace(sample, "/dev/sda", "/dev/sdb", 1), 25, 3, "leave it as it is"},
		"large":      {"#cloud-config\n" + strings.Repeat("#", MaxBytes), 1, 1, "at most"},
	}
	for name, tt := range tests {
		now := "#cloud-config\n"
		if name == "install" {
			now = sample
		}
		got := Check(tt.text, now, at)
		if len(got) != 1 || got[0].Line != tt.line || got[0].Column != tt.column || !strings.Contains(got[0].Message, tt.want) {
			t.Errorf("%s: %+v, want line %d, column %d, %q", name, got, tt.line, tt.column, tt.want)
		}
	}
	for _, text := range []string{sample, "#cloud-config\n", "#cloud-config"} {
		if got := Check(text, sample, at); text == sample && len(got) > 0 {
			t.Errorf("%q: %+v", text, got)
		}
	}
}

// FuzzMasked: whatever the text, no secret comes through, and what is shown and sent back means the same.
func FuzzMasked(f *testing.F) {
	f.Add(sample)
	f.Add("#cloud-config\na: {token: &t hidden}\nb: *t\n")
	f.Add("#cloud-config\ntoken: >-\n  a\n  b\n\nx: y\n")
	f.Fuzz(func(t *testing.T, text string) {
		if len(Check(text, text, at)) > 0 {
			return
		}
		shown, err := Masked(text)
		if err != nil {
			return
		}
		var doc yaml.Node
		if err := yaml.Unmarshal([]byte(shown), &doc); err != nil {
			t.Fatalf("%q is shown as %q: %v", text, shown, err)
		}
		for _, s := range secretsOf(&doc) {
			if s.node.Value != Mask {
				t.Fatalf("%q is shown in %q", s.node.Value, shown)
			}
		}
		filled, problems := Filled(shown, text)
		var a, b any
		if err := yaml.Unmarshal([]byte(text), &a); err != nil {
			t.Fatal(err)
		}
		if err := yaml.Unmarshal([]byte(filled), &b); len(problems) == 0 && (err != nil || !equal(a, b)) {
			t.Fatalf("%q came back as %q: %v", text, filled, err)
		}
	})
}
