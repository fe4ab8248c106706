package lab

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestDescribe(t *testing.T) {
	tests := []struct {
		options Options
		want    string // part of the error; empty: none
	}{
		{Options{Name: "demo", Hosts: 3}, ""},
		{Options{Name: "a", Hosts: 89}, ""},
		{Options{Name: "", Hosts: 1}, "lab name"},
		{Options{Name: "Demo", Hosts: 1}, "lab name"},
		{Options{Name: "../x", Hosts: 1}, "lab name"},
		{Options{Name: "-x", Hosts: 1}, "lab name"},
		{Options{Name: "seventeen-letters", Hosts: 1}, "lab name"},
		{Options{Name: "demo", Hosts: 0}, "1 to 89"},
		{Options{Name: "demo", Hosts: 90}, "1 to 89"},
		{Options{Name: "demo", Hosts: 1, Dir: "/" + strings.Repeat("x", 100)}, "too long"},
	}
	for _, test := range tests {
		_, err := describe(test.options)
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: got %v, want %q", test.options, err, test.want)
		}
	}
}

func testLab(t *testing.T, files map[string]string) *Lab {
	l, err := describe(Options{Name: "demo", Hosts: 2, Dir: "/lab", Files: files})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestHostNames(t *testing.T) {
	h := testLab(t, nil).Host(2)
	got := strings.Join([]string{h.Name(), h.MAC(), h.Address().String(), h.Outside(), h.Console()}, " ")
	if want := "h2 52:54:00:77:00:0c 10.77.0.12 127.77.0.12:5080 /lab/h2/console.log"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	h.lab.loopback = 2
	if got := h.Outside(); got != "127.79.0.12:5080" {
		t.Errorf("the third lab's second host is at %s", got)
	}
	if _, err := h.lab.Find("h3"); err == nil {
		t.Error("found a third host among two")
	}
}

func TestDnsmasqConfig(t *testing.T) {
	got := testLab(t, nil).dnsmasqConfig()
	for _, want := range []string{"dhcp-host=52:54:00:77:00:0b,h1,10.77.0.11\n", "dhcp-host=52:54:00:77:00:0c,h2,10.77.0.12\n", "no-resolv\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("the configuration lacks %q:\n%s", want, got)
		}
	}
}

func TestSeed(t *testing.T) {
	config, err := os.ReadFile("../../systemd/files/etc/containerd/config.toml")
	if err != nil {
		t.Fatal(err)
	}
	h := testLab(t, map[string]string{"/etc/slipway/agent.yaml": "mine\n"}).Host(1)
	files, err := h.seed(string(config))
	if err != nil {
		t.Fatal(err)
	}
	if got := files["/etc/slipway/agent.yaml"]; got != "mine\n" {
		t.Errorf("Options.Files did not replace the default: %q", got)
	}
	if got := files[containerdConfig]; !strings.Contains(got, criSection+"  restrict_oom_score_adj = true\n") {
		t.Errorf("containerd's settings:\n%s", got)
	}
	if _, err := h.seed("version = 2\n"); err == nil {
		t.Error("took settings that the lab's own do not fit in")
	}
	for _, name := range []string{"etc/x", "/etc/../../x", "/etc/"} {
		h := testLab(t, map[string]string{name: ""}).Host(1)
		if _, err := h.seed(string(config)); err == nil {
			t.Errorf("took the path %q", name)
		}
	}
}

func TestQuote(t *testing.T) {
	for _, text := range []string{"", "plain", "two words", "it's", `$HOME "x" \`, "a\nb"} {
		out, err := exec.Command("sh", "-c", "printf %s "+quote(text)).Output()
		if err != nil || string(out) != text {
			t.Errorf("%q became %q (%v)", text, out, err)
		}
	}
}

// The process number in a host's file may by now be somebody else's.
func TestProcessOfAnother(t *testing.T) {
	h := testLab(t, nil).Host(1)
	h.dir = t.TempDir()
	for _, text := range []string{"1\n", "-1\n", "0\n", "nonsense\n", "999999999\n"} {
		if err := os.WriteFile(filepath.Join(h.dir, "pid"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := h.process(); got != 0 {
			t.Errorf("%q: took process %d for the host", text, got)
		}
	}
	if alive(999999999) || !alive(os.Getpid()) {
		t.Error("alive is wrong")
	}
}

// Two processes with a lab of the same name would kill each other's hosts.
func TestOneOwner(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "lab")
	first, err := describe(Options{Name: "test", Hosts: 1, Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	second, err := describe(Options{Name: "test", Hosts: 1, Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := first.own(); err != nil {
		t.Fatal(err)
	}
	if err := second.own(); err == nil || !strings.Contains(err.Error(), "another process") {
		t.Errorf("the second owner gets %v", err)
	}
	if err := errors.Join(first.disown(), second.own(), second.disown()); err != nil {
		t.Error(err)
	}
}

// As nsenter does when the host that it is in shuts down.
func TestStoppedCommandGoesOn(t *testing.T) {
	var exit *exec.ExitError
	if err := Run(exec.CommandContext(t.Context(), "sh", "-c", "kill -STOP $$; exit 3")); !errors.As(err, &exit) || exit.ExitCode() != 3 {
		t.Errorf("a command that stopped itself ended with %v", err)
	}
}
