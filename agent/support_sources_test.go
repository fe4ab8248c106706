package agent

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What people run in the cluster is theirs; a link among the logs leads nowhere.
func TestPodLogsAreThePlatformsOwn(t *testing.T) {
	dir, victim := t.TempDir(), filepath.Join(t.TempDir(), "shadow")
	for name, text := range map[string]string{"kube-system_coredns_1/coredns/0.log": "dns", "shop_web_2/web/0.log": "customers"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(victim, []byte("root:x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(victim, filepath.Join(dir, "kube-system_coredns_1/coredns/1.log")); err != nil {
		t.Fatal(err)
	}
	b, err := podLogs(dir)
	text := string(b)
	if err != nil || !strings.Contains(text, "==> kube-system_coredns_1/coredns/0.log, 4 bytes") || !strings.Contains(text, "dns\n") {
		t.Errorf("%v: %s", err, text)
	}
	if strings.Contains(text, "customers") || strings.Contains(text, "root:x") {
		t.Errorf("too much: %s", text)
	}
}
