package diag

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// programs puts a script in the place of every program: it says its arguments, and text.
func programs(t *testing.T, text string, code string) {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"ping", "tracepath", "journalctl"} {
		script := "#!/bin/sh\nfor a; do echo \"<$a>\"; done\n" + text + "\nexit " + code + "\n"
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
}

func TestPing(t *testing.T) {
	programs(t, "", "0")
	a, err := Ping(t.Context(), "10.0.0.1", 3)
	if want := "<-n>\n<-c>\n<3>\n<-W>\n<2>\n<-w>\n<9>\n<-->\n<10.0.0.1>\n"; err != nil || !a.OK || a.Output != want {
		t.Errorf("%+v, %v", a, err)
	}
	programs(t, "", "1")
	if a, err := Ping(t.Context(), "h2.site.example", 1); err != nil || a.OK {
		t.Errorf("nobody answers: %+v, %v", a, err)
	}
	for _, count := range []int{0, -1, 11} {
		if _, err := Ping(t.Context(), "10.0.0.1", count); err == nil {
			t.Errorf("%d requests", count)
		}
	}
}

func TestTraceReaches(t *testing.T) {
	programs(t, "echo 'Resume: pmtu 1500 hops 1 back 1'", "0")
	if a, err := Trace(t.Context(), "fd00::1"); err != nil || a.OK {
		t.Errorf("not reached: %+v, %v", a, err)
	}
	programs(t, "echo ' 1: 10.0.0.1 0.05ms reached'", "0")
	if a, err := Trace(t.Context(), "10.0.0.1"); err != nil || !a.OK {
		t.Errorf("reached: %+v, %v", a, err)
	}
}

func TestOutputIsBounded(t *testing.T) {
	programs(t, "head -c 1000000 /dev/zero | tr '\\0' x", "0")
	if a, err := Ping(t.Context(), "10.0.0.1", 1); err != nil || len(a.Output) != maxOutput {
		t.Errorf("%d bytes, %v", len(a.Output), err)
	}
}

func FuzzTarget(f *testing.F) {
	for _, s := range []string{"10.0.0.1", "-f", "a;b", "$(x)", "fe80::1%eth0", "a b", "h2.site.example", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, target string) {
		if CheckTarget(target) == nil && (strings.HasPrefix(target, "-") || strings.ContainsAny(target, " ;$`|&<>\n'\"\\%/") || target == "") {
			t.Errorf("%q is taken for a target", target)
		}
	})
}
