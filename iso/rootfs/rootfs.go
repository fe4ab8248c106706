package rootfs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"github.com/slipway-os/slipway/agent/sbom"
	"github.com/slipway-os/slipway/iso/cachedir"
	"github.com/slipway-os/slipway/iso/rootfs/apt"
)

// Options says what to build.
type Options struct {
	// Out is the directory that becomes the tree. It is replaced as a whole.
	Out string
	// Cache keeps the stages. Empty means $SLIPWAY_CACHE, or ~/.cache/slipway.
	Cache string
	// Agent is the slipway binary, a static one. Empty leaves the agent out and
	// its units disabled.
	Agent string
	// Base is a Kairos root file system to build on in place of our own Debian: a directory, a tar archive or a squashfs.
	Base string
	// Pages are the npm packages in the agent's pages, for the list of components.
	Pages []sbom.Component
	// Log takes one line for each thing that is built.
	Log io.Writer
}

type builder struct {
	cache string // the cache's own folder for root file systems
	log   io.Writer
}

// stage is one step whose result is kept under the digest of its inputs.
type stage struct {
	name   string
	digest string
	build  func(ctx context.Context, dir string) error
}

// Build makes the tree in o.Out. Stages whose inputs have not changed are taken
// from the cache. One build runs at a time for a cache; a second one waits.
func Build(ctx context.Context, o Options) error {
	if os.Geteuid() != 0 {
		return errors.New("a root file system has device nodes and owners: run this as root (sudo)")
	}
	b, err := newBuilder(o)
	if err != nil {
		return err
	}
	unlock, err := cachedir.Lock(filepath.Join(b.cache, "lock"))
	if err != nil {
		return err
	}
	defer unlock()
	kairosDir, err := b.system(ctx, o.Base)
	if err != nil {
		return err
	}
	sbomDir, err := b.components(ctx, kairosDir, o)
	if err != nil {
		return err
	}
	return b.finish(ctx, kairosDir, sbomDir, o)
}

// system returns the tree of all but what is ours.
func (b *builder) system(ctx context.Context, base string) (string, error) {
	if base != "" {
		return b.given(ctx, base)
	}
	return b.kairos(ctx)
}

// kairos returns the tree of the third stage: all but what is ours.
func (b *builder) kairos(ctx context.Context) (string, error) {
	base := stage{name: "base", build: b.buildBase, digest: digest(packageList, fmt.Sprint(pruned, noDocs, noDracut, apt.Suite))}
	baseDir, err := b.ensure(ctx, base)
	if err != nil {
		return "", err
	}
	binDir, err := b.ensure(ctx, kairosBinaries(b))
	if err != nil {
		return "", err
	}
	return b.ensure(ctx, kairosTree(baseDir, binDir))
}

func newBuilder(o Options) (*builder, error) {
	cache := o.Cache
	if cache == "" {
		cache = os.Getenv("SLIPWAY_CACHE")
	}
	if cache == "" {
		home, err := os.UserCacheDir()
		if err != nil {
			return nil, fmt.Errorf("find the cache (set SLIPWAY_CACHE): %w", err)
		}
		cache = filepath.Join(home, "slipway")
	}
	dir, err := filepath.Abs(filepath.Join(cache, "rootfs"))
	if err != nil {
		return nil, err
	}
	return &builder{cache: dir, log: o.Log}, os.MkdirAll(dir, 0o755)
}

// ensure returns the directory of a stage, building it when it is not there.
func (b *builder) ensure(ctx context.Context, s stage) (string, error) {
	dir := filepath.Join(b.cache, s.name+"-"+s.digest)
	if _, err := os.Stat(dir); err == nil {
		fmt.Fprintf(b.log, "rootfs: %s %s is in the cache\n", s.name, s.digest)
		return dir, cachedir.Used(dir)
	}
	part := dir + ".part"
	if err := os.RemoveAll(part); err != nil {
		return "", fmt.Errorf("clear what a cut build left: %w", err)
	}
	fmt.Fprintf(b.log, "rootfs: building %s\n", s.name)
	start := time.Now()
	if err := s.build(ctx, part); err != nil {
		return "", fmt.Errorf("rootfs stage %s: %w", s.name, err)
	}
	if err := publish(part, dir); err != nil {
		return "", err
	}
	fmt.Fprintf(b.log, "rootfs: %s built in %.1f s\n", s.name, time.Since(start).Seconds())
	return dir, errors.Join(cachedir.Used(dir), b.dropOld(s))
}

// dropOld removes results of a stage that no build has used for long. Other folders of the cache, where trees that were asked for
// may be, stay.
func (b *builder) dropOld(s stage) error {
	results := regexp.MustCompile(`^` + regexp.QuoteMeta(s.name) + `-[0-9a-f]{` + strconv.Itoa(len(s.digest)) + `}$`)
	dropped, err := cachedir.Drop(b.cache, time.Now(), results.MatchString)
	for _, name := range dropped {
		fmt.Fprintf(b.log, "rootfs: %s is dropped from the cache; it was not used for two weeks\n", name)
	}
	return err
}

// publish gives a complete tree its name. The sync makes sure that after a power
// cut a directory with a final name has its contents too.
func publish(part, dir string) error {
	f, err := os.Open(part)
	if err != nil {
		return err
	}
	err = unix.Syncfs(int(f.Fd()))
	f.Close()
	if err != nil {
		return fmt.Errorf("sync %s: %w", part, err)
	}
	return os.Rename(part, dir)
}
