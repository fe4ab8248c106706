package boot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/slipway-os/slipway/iso/cachedir"
	"github.com/slipway-os/slipway/iso/rootfs/apt"
)

// QEMU is a QEMU that can be run.
type QEMU struct {
	root string // where its packages lie: / or a folder of the cache
}

const oldestQEMU = 8

// qemuPackages are what a boot needs.
var qemuPackages = []string{"qemu-system-x86", "qemu-utils", "ovmf"}

// Find returns this machine's QEMU when it is new enough, or else one from Debian's backports, unpacked in dir, where it
// changes nothing of this machine. Who comes while another unpacks waits for it.
func Find(ctx context.Context, dir string, log io.Writer) (QEMU, error) {
	if q := (QEMU{"/"}); q.usable(ctx) {
		return q, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return QEMU{}, err
	}
	unlock, err := cachedir.Lock(filepath.Join(dir, "lock"))
	if err != nil {
		return QEMU{}, err
	}
	defer unlock()
	q := QEMU{filepath.Join(dir, "root")}
	if q.usable(ctx) {
		return q, nil
	}
	fmt.Fprintln(log, "boot: taking QEMU from Debian's backports")
	if err := unpack(ctx, dir); err != nil {
		return QEMU{}, fmt.Errorf("get a QEMU of version %d or later: %w", oldestQEMU, err)
	}
	if !q.usable(ctx) {
		return QEMU{}, fmt.Errorf("the QEMU in %s does not run, or is older than version %d", q.root, oldestQEMU)
	}
	return q, nil
}

func (q QEMU) usable(ctx context.Context) bool {
	if _, err := os.Stat(q.path("usr/share/OVMF/OVMF_CODE_4M.fd")); err != nil {
		return false
	}
	out, err := q.command(ctx, "qemu-system-x86_64", "--version").Output()
	return err == nil && majorVersion(string(out)) >= oldestQEMU
}

var versionForm = regexp.MustCompile(`version (\d+)\.`)

func majorVersion(text string) int {
	found := versionForm.FindStringSubmatch(text)
	if found == nil {
		return 0
	}
	n, _ := strconv.Atoi(found[1]) // digits: it can only be too large, and then it is new enough
	return n
}

func (q QEMU) path(name string) string { return filepath.Join(q.root, name) }

// command runs a program of QEMU's with its libraries.
func (q QEMU) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, q.path("usr/bin/"+name), args...)
	if q.root != "/" {
		cmd.Env = append(os.Environ(), "LD_LIBRARY_PATH="+q.path("usr/lib/x86_64-linux-gnu")+":"+q.path("lib/x86_64-linux-gnu"))
	}
	return cmd
}

// unpack downloads the packages that this machine lacks and unpacks them in dir/root.
func unpack(ctx context.Context, dir string) error {
	sources, err := apt.Sources(apt.ConfigDir)
	if err != nil {
		return err
	}
	for _, sub := range []string{"lists/partial", "cache/archives/partial"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
			return err
		}
	}
	list := filepath.Join(dir, "sources.list")
	if err := os.WriteFile(list, []byte(strings.Join(withBackports(sources), "\n")+"\n"), 0o644); err != nil {
		return err
	}
	options := []string{
		"-q", "-y", "-o", "Dir::Etc::sourcelist=" + list, "-o", "Dir::Etc::sourceparts=-", "-o", "Dir::State::lists=" + filepath.Join(dir, "lists"),
		"-o", "Dir::Cache=" + filepath.Join(dir, "cache"), "-o", "Debug::NoLocking=1", "-o", "APT::Install-Recommends=false",
	}
	if err := run(exec.CommandContext(ctx, "apt-get", append(options, "update")...)); err != nil {
		return err
	}
	install := append(slices.Clone(options), "--download-only", "-t", apt.Suite+"-backports", "install")
	if err := run(exec.CommandContext(ctx, "apt-get", append(install, qemuPackages...)...)); err != nil {
		return err
	}
	return unpackAll(ctx, filepath.Join(dir, "cache/archives"), filepath.Join(dir, "root"))
}

// withBackports adds the backports of the mirror that has the release.
func withBackports(sources []string) []string {
	lines := append([]string(nil), sources...)
	for _, source := range sources {
		if fields := strings.Fields(source); len(fields) == 4 && fields[2] == apt.Suite {
			fields[2] += "-backports"
			lines = append(lines, strings.Join(fields, " "))
		}
	}
	return lines
}

func unpackAll(ctx context.Context, archives, root string) error {
	packages, err := filepath.Glob(filepath.Join(archives, "*.deb"))
	if err != nil {
		return err
	}
	part := root + ".part"
	if err := os.RemoveAll(part); err != nil {
		return err
	}
	for _, pkg := range packages {
		if err := run(exec.CommandContext(ctx, "dpkg", "-x", pkg, part)); err != nil {
			return err
		}
	}
	if err := os.RemoveAll(root); err != nil {
		return err
	}
	unix.Sync()
	return os.Rename(part, root)
}

func run(cmd *exec.Cmd) error {
	if out, err := cmd.CombinedOutput(); err != nil {
		return errors.Join(fmt.Errorf("%s: %w", strings.Join(cmd.Args, " "), err), errors.New(string(out)))
	}
	return nil
}
