package lab

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slipway-os/slipway/iso/rootfs"
)

// labTree is the root file system for the tests, or a skip with the reason.
// SLIPWAY_LAB=require turns the skip into a failure.
func labTree(t *testing.T) string {
	t.Helper()
	required := os.Getenv("SLIPWAY_LAB") == "require"
	if os.Geteuid() != 0 {
		if required {
			t.Fatal("SLIPWAY_LAB=require: the lab needs root")
		}
		t.Skip("the lab needs root")
	}
	if tree := os.Getenv("SLIPWAY_ROOTFS"); tree != "" {
		return tree
	}
	if !required {
		t.Skip("set SLIPWAY_ROOTFS to a tree of `slipway-build rootfs`, or SLIPWAY_LAB=require to build one")
	}
	tree := filepath.Join(cacheDir(t), "rootfs", "lab-test")
	if err := rootfs.Build(t.Context(), rootfs.Options{Out: tree, Log: t.Output()}); err != nil {
		t.Fatal(err)
	}
	return tree
}

func cacheDir(t *testing.T) string {
	if dir := os.Getenv("SLIPWAY_CACHE"); dir != "" {
		return dir
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "slipway")
}

func TestLab(t *testing.T) {
	tree := labTree(t)
	// What a killed run of this test left does not count as the machine's own.
	if err := Remove("test"); err != nil {
		t.Fatal(err)
	}
	before := machine(t)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	start := time.Now()
	l, err := New(ctx, Options{Name: "test", Hosts: 3, Rootfs: tree, Log: t.Output(), Files: testFilesOfHost(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("three hosts run after %s", time.Since(start))
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		compare(t, before, machine(t))
	})
	t.Run("address", func(t *testing.T) { testAddress(ctx, t, l) })
	t.Run("reach", func(t *testing.T) { testReach(ctx, t, l) })
	t.Run("files", func(t *testing.T) { testFiles(ctx, t, l.Host(1)) })
	t.Run("persistence", func(t *testing.T) { testPersistence(ctx, t, l.Host(1)) })
	t.Run("reboot", func(t *testing.T) { testReboot(ctx, t, l.Host(2)) })
	t.Run("poweroff", func(t *testing.T) { testPoweroff(ctx, t, l.Host(3)) })
	t.Run("partition", func(t *testing.T) { testPartition(ctx, t, l) })
	t.Run("slow", func(t *testing.T) { testSlow(ctx, t, l.Host(2)) })
	t.Run("disk", func(t *testing.T) { testDisk(ctx, t, l.Host(2)) })
	t.Run("foreign", func(t *testing.T) { testForeign(ctx, t, l.Host(2)) })
	t.Run("console", func(t *testing.T) { testConsole(ctx, t, l.Host(1)) })
	t.Run("forward", func(t *testing.T) { testForward(ctx, t, l) })
	t.Run("kernel", func(t *testing.T) { testKernel(ctx, t, l) })
	t.Run("container", func(t *testing.T) { testContainer(ctx, t, l.Host(1)) })
	t.Run("open", func(t *testing.T) { testOpen(ctx, t, l) })
}

// TestKilledLab makes a lab, forgets it as a killed test would, and makes it again.
func TestKilledLab(t *testing.T) {
	tree := labTree(t)
	// What a killed run of this test left does not count as the machine's own.
	if err := Remove("test-killed"); err != nil {
		t.Fatal(err)
	}
	before := machine(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for range 2 {
		l, err := New(ctx, Options{Name: "test-killed", Hosts: 1, Rootfs: tree, Log: t.Output()})
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Host(1).AddDisk(ctx, "/dev/vdb", 1<<30); err != nil {
			t.Fatal(err)
		}
		if err := l.disown(); err != nil { // the kernel does this when a process dies
			t.Fatal(err)
		}
	}
	l, err := Open("test-killed")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	compare(t, before, machine(t))
}

// machine lists what a lab could leave behind on this machine.
func machine(t *testing.T) map[string][]string {
	t.Helper()
	state := map[string][]string{
		"mounts":          lines(t, "/proc/self/mounts"),
		"links":           names(t, "/sys/class/net/*"),
		"loops":           names(t, "/sys/block/loop*/loop/backing_file"),
		"routes":          lines(t, "/proc/net/route"),
		"run":             names(t, "/run/*"),
		"tmp":             names(t, "/tmp/*lab*"),
		"setting inotify": lines(t, inotifyLimit),
		"labs":            names(t, filepath.Join(cacheDir(t), "lab", "test*")),
	}
	for _, setting := range []string{"kernel/panic", "kernel/panic_on_oops", "vm/overcommit_memory", "net/ipv4/ip_forward"} {
		state["setting "+setting] = lines(t, "/proc/sys/"+setting)
	}
	groups, err := cgroupDirs("")
	if err != nil {
		t.Fatal(err)
	}
	state["cgroups"] = slices.DeleteFunc(groups, otherLab)
	state["network namespaces"] = networkNamespaces(t)
	return state
}

// otherLab is true for what belongs to a lab of this machine that is no test's.
func otherLab(text string) bool {
	return strings.Contains(text, "slipway-lab.") && !strings.Contains(text, "slipway-lab.test")
}

// networkNamespaces are those that some process is in.
func networkNamespaces(t *testing.T) []string {
	var found []string
	for _, link := range names(t, "/proc/[0-9]*/ns/net") {
		group, _ := os.ReadFile(filepath.Join(filepath.Dir(link), "../cgroup"))
		if target, err := os.Readlink(link); err == nil && !otherLab(string(group)) && !slices.Contains(found, target) {
			found = append(found, target)
		}
	}
	slices.Sort(found)
	return found
}

func lines(t *testing.T, file string) []string {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(string(text), "\n")
}

func names(t *testing.T, pattern string) []string {
	found, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// compare fails for what is there now and was not before. Mounts and settings must
// also be as they were.
func compare(t *testing.T, before, after map[string][]string) {
	t.Helper()
	for kind := range before {
		for _, item := range after[kind] {
			// /run/netns is ip-netns(8)'s, which the lab does not use and others may.
			if !slices.Contains(before[kind], item) && !strings.Contains(item, "/run/netns") {
				t.Errorf("the lab left among the %s: %s", kind, item)
			}
		}
		for _, item := range before[kind] {
			if !slices.Contains(after[kind], item) && (kind == "mounts" || strings.HasPrefix(kind, "setting")) {
				t.Errorf("the lab took away from the %s: %s", kind, item)
			}
		}
	}
}

func run(ctx context.Context, t *testing.T, h *Host, command ...string) string {
	t.Helper()
	out, err := h.Exec(ctx, command...)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

func eventually(ctx context.Context, t *testing.T, what string, ok func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for !ok() {
		select {
		case <-ctx.Done():
			t.Fatal("waited too long until " + what)
		case <-ticker.C:
		}
	}
}

func pings(ctx context.Context, from *Host, to fmt.Stringer) bool {
	_, err := from.Exec(ctx, "ping", "-c1", "-W1", to.String())
	return err == nil
}
