package iso

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// wantRatio is how much more time and memory than xorriso our writer may take.
const wantRatio = 1.1

// benchSizes is the tree that both write: about as large as the real one, in bytes.
var benchSizes = map[string]int64{squashfsPath: 380 << 20, initrdPath: 60 << 20, kernelPath: 8 << 20, biosPath: 160 << 10, "boot/mbr": 512, "boot/shim": 900 << 10, "boot/grub": 2600 << 10}

// TestAgainstXorriso writes the same tree by turns with our writer and with xorriso -as mkisofs, each in a process of its own
// and until the image is on the disk. It needs a quiet machine, so it runs for make bench only.
func TestAgainstXorriso(t *testing.T) {
	if os.Getenv("SLIPWAY_BENCH") == "" {
		t.Skip("set SLIPWAY_BENCH=1, or run make bench")
	}
	dir := benchTree(t)
	out, writer := filepath.Join(t.TempDir(), "out.iso"), filepath.Join(t.TempDir(), "writer")
	build := exec.CommandContext(t.Context(), "go", "build", "-ldflags", "-s -w", "-o", writer, "./internal/writer")
	build.Env = append(os.Environ(), "CGO_ENABLED=0") // as slipway-build is built
	if text, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	contestants := map[string][]string{
		"slipway": {writer, dir, out},
		"xorriso": {"xorriso", "-as", "mkisofs", "-quiet", "-R", "-V", "COS_LIVE", "-o", out, "-b", biosPath, "-no-emul-boot", "-boot-load-size", "4",
			"-boot-info-table", "-eltorito-alt-boot", "-e", ESPPath, "-no-emul-boot", "-isohybrid-gpt-basdat", dir},
	}
	times, peak := map[string][]time.Duration{}, map[string]int64{}
	for range 7 {
		for _, who := range []string{"slipway", "xorriso"} {
			os.Remove(out)
			syscall.Sync()
			cmd := exec.CommandContext(t.Context(), contestants[who][0], contestants[who][1:]...)
			start := time.Now()
			most, err := watched(cmd)
			if err == nil {
				err = syncDir(out) // xorriso leaves that to the system
			}
			if err != nil {
				t.Fatalf("%s: %v", who, err)
			}
			times[who] = append(times[who], time.Since(start))
			peak[who] = max(peak[who], most)
		}
	}
	time := median(times["slipway"]).Seconds() / median(times["xorriso"]).Seconds()
	memory := float64(peak["slipway"]) / float64(peak["xorriso"])
	t.Logf("time: slipway %v, xorriso %v, ratio of the medians %.2f", times["slipway"], times["xorriso"], time)
	t.Logf("peak memory: slipway %d KiB, xorriso %d KiB, ratio %.2f", peak["slipway"], peak["xorriso"], memory)
	if time > wantRatio || memory > wantRatio {
		t.Errorf("want at most %.2f of both", wantRatio)
	}
}

// watched runs cmd and returns its peak of memory, in KiB. The one of wait4(2) would begin with that of this process.
func watched(cmd *exec.Cmd) (peak int64, err error) {
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case err := <-ended:
			return peak, err
		case <-time.After(5 * time.Millisecond):
			peak = max(peak, highWater(cmd.Process.Pid))
		}
	}
}

// highWater is VmHWM of proc_pid_status(5).
func highWater(pid int) (kib int64) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if n, _ := fmt.Sscanf(line, "VmHWM: %d kB", &kib); n == 1 {
			return kib
		}
	}
	return 0
}

func median(all []time.Duration) time.Duration {
	all = slices.Sorted(slices.Values(all))
	return all[len(all)/2]
}

// benchTree has random contents, and for xorriso the EFI system partition that we make while we write.
func benchTree(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "boot"), 0o755); err != nil {
		t.Fatal(err)
	}
	random := rand.NewChaCha8([32]byte{})
	block := make([]byte, 1<<20)
	for name, size := range benchSizes {
		file, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		for left := size; left > 0; left -= int64(len(block)) {
			_, _ = random.Read(block) // never fails
			if _, err := file.Write(block[:min(left, int64(len(block)))]); err != nil {
				t.Fatal(err)
			}
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
	}
	esp := []File{{Path: "EFI/BOOT/BOOTX64.EFI", Source: filepath.Join(dir, "boot/shim")}, {Path: "EFI/BOOT/grubx64.efi", Source: filepath.Join(dir, "boot/grub")}}
	if err := writeESP(esp, epoch, filepath.Join(dir, ESPPath)); err != nil {
		t.Fatal(err)
	}
	return dir
}
