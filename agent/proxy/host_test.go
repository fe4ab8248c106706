package proxy

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

type memory map[string][]byte

func (m memory) Get(key string, v any) (bool, error) {
	raw, ok := m[key]
	if !ok {
		return false, nil
	}
	return true, json.Unmarshal(raw, v)
}

func (m memory) Put(key string, v any) (err error) {
	m[key], err = json.Marshal(v)
	return err
}

// running are the units that run, with what was done to them.
type running struct {
	active map[string]bool
	done   []string
	fail   error
}

func (r *running) ActiveState(_ context.Context, unit string) (string, error) {
	if r.active[unit] {
		return "active", nil
	}
	return "inactive", nil
}

func (r *running) Restart(_ context.Context, unit string) error {
	r.done = append(r.done, unit)
	return r.fail
}

// on is a host below root, whose trust store is made by a function that does what update-ca-certificates does.
func on(root string, store memory, units *running, own *[]string) (h *Host, built *int) {
	built = new(int)
	h = &Host{Root: root, Units: units, Store: store, Own: func() []string { return *own }}
	h.Trust = func(context.Context) error {
		*built++
		dir := filepath.Join(root, "etc/ssl/certs")
		ca, err := os.ReadFile(h.path(caFile))
		_ = os.Remove(filepath.Join(dir, "slipway-proxy.pem"))
		if err != nil {
			return os.WriteFile(filepath.Join(dir, "ca-certificates.crt"), nil, 0o600)
		}
		return errors.Join(os.MkdirAll(dir, 0o755), os.Symlink(h.path(caFile), filepath.Join(dir, "slipway-proxy.pem")),
			os.WriteFile(filepath.Join(dir, "ca-certificates.crt"), ca, 0o600))
	}
	return h, built
}

// Feature 58: what is set is there for containerd and the kubelet, also after a reboot that forgets /etc and /run.
func TestHost(t *testing.T) {
	t.Parallel()
	root, store, own := t.TempDir(), memory{}, []string{"10.0.0.1"}
	units := &running{active: map[string]bool{"containerd.service": true}}
	h, built := on(root, store, units, &own)
	ca := certificate(t, true, now.AddDate(1, 0, 0))
	if err := h.Restore(t.Context()); err != nil || len(units.done)+*built > 0 {
		t.Fatalf("nothing was set: %v, %v, %d", err, units.done, *built)
	}
	s := Settings{HTTP: "http://u:secret@proxy:3128", CA: ca}
	if err := h.Set(t.Context(), s, now); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(root, environmentFile)
	st, err := os.Stat(file)
	if err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("the file with the password: %v, %v", st.Mode(), err)
	}
	if b, _ := os.ReadFile(file); !strings.Contains(string(b), `HTTP_PROXY="http://u:secret@proxy:3128"`) || !strings.Contains(string(b), "10.0.0.1") {
		t.Errorf("environment\n%s", b)
	}
	if strings.Join(units.done, " ") != "containerd.service" || *built != 1 {
		t.Errorf("restarted %v, trust store built %d times", units.done, *built)
	}
	if err := h.Restore(t.Context()); err != nil || len(units.done) != 1 || *built != 1 {
		t.Errorf("once more: %v, %v, %d", err, units.done, *built)
	}
	own = append(own, "10.0.0.100") // a cluster's VIP
	if err := h.Restore(t.Context()); err != nil || len(units.done) != 2 || *built != 1 {
		t.Errorf("a new cluster: %v, %v, %d", err, units.done, *built)
	}
	for _, dir := range []string{"etc", "run"} { // a reboot
		if err := os.RemoveAll(filepath.Join(root, dir)); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.Restore(t.Context()); err != nil || *built != 2 || len(units.done) != 3 {
		t.Errorf("after a reboot: %v, %v, %d", err, units.done, *built)
	}
	if err := h.Set(t.Context(), Settings{}, now); err != nil || *built != 3 || len(units.done) != 4 {
		t.Errorf("cleared: %v, %v, %d", err, units.done, *built)
	}
	for _, gone := range []string{environmentFile, caFile, trustedFile, appliedFile} {
		if _, err := os.Lstat(filepath.Join(root, gone)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is still there: %v", gone, err)
		}
	}
}

// A restart that fails, or an agent that dies before it, is made good by the next Restore.
func TestRestartIsMadeGood(t *testing.T) {
	t.Parallel()
	own := []string{}
	units := &running{active: map[string]bool{"containerd.service": true, "kubelet.service": true}, fail: errors.New("broken")}
	h, _ := on(t.TempDir(), memory{}, units, &own)
	if err := h.Set(t.Context(), Settings{HTTPS: "http://proxy"}, now); !errors.Is(err, units.fail) {
		t.Fatalf("got %v", err)
	}
	units.fail = nil
	if err := h.Restore(t.Context()); err != nil || strings.Join(units.done, " ") != "containerd.service containerd.service kubelet.service" {
		t.Errorf("%v, %v", err, units.done)
	}
}

func TestRefusalChangesNothing(t *testing.T) {
	t.Parallel()
	own, store, units := []string{}, memory{}, &running{active: map[string]bool{"containerd.service": true}}
	h, built := on(t.TempDir(), store, units, &own)
	var p Problems
	if err := h.Set(t.Context(), Settings{HTTP: "nonsense"}, now); !errors.As(err, &p) || len(store)+len(units.done)+*built > 0 {
		t.Errorf("%v, %v, %v, %d", err, store, units.done, *built)
	}
}
