package recipe

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"

	"github.com/slipway-os/slipway/agent/content"
)

var (
	nameRule    = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,62}$`)
	versionRule = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._+-]{0,62}$`)
	digestRule  = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
	// debianRule is Debian policy 5.6.1; it also keeps options of apt out.
	debianRule = regexp.MustCompile(`^[a-z0-9][a-z0-9+.-]+$`)
	defineRule = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	// stampRule keeps spaces and quotes out of the linker's flags.
	stampRule = regexp.MustCompile(`^[A-Za-z0-9._/:+-]+$`)
)

// validate reports every fault of the recipe at once.
func (b *Bundle) validate() error {
	v := &faults{}
	v.check(nameRule.MatchString(b.Name), "name: %q must match %s", b.Name, nameRule)
	v.check(versionRule.MatchString(b.Version), "version: %q must match %s", b.Version, versionRule)
	v.check(nameRule.MatchString(b.Type), "type: %q must match %s", b.Type, nameRule)
	for _, name := range slices.Sorted(maps.Keys(b.Programs)) {
		b.Programs[name].validate(v.at("programs."+name), name)
	}
	for _, name := range slices.Sorted(maps.Keys(b.Layers)) {
		b.Layers[name].validate(v.at("layers."+name), b)
	}
	refs := map[string]bool{}
	for _, image := range b.Images {
		at := v.at("image " + image.Ref)
		at.check(!refs[image.Ref], "is listed twice")
		refs[image.Ref] = true
		image.validate(at, b)
	}
	packs := map[string]bool{}
	for _, pack := range b.Packs {
		at := v.at("pack " + pack.Name)
		at.check(!packs[pack.Name], "is listed twice")
		packs[pack.Name] = true
		pack.validate(at, b, refs)
	}
	for _, file := range b.Definitions {
		v.check(file != "", "definitions: a file name is empty")
	}
	return errors.Join(*v.list()...)
}

func (p Program) validate(v *faults, program string) {
	v.check(nameRule.MatchString(program), "the name must match %s", nameRule)
	v.check(p.Module != "", "module: name the folder that has go.mod")
	v.check((p.C == nil) != (len(p.Packages) == 0), "give packages or c, not both")
	for binary, pkg := range p.Packages {
		v.check(nameRule.MatchString(binary), "packages: %q must match %s", binary, nameRule)
		v.check(pkg != "" && !strings.HasPrefix(pkg, "-"), "packages.%s: %q is not a Go package", binary, pkg)
	}
	for variable, value := range p.Stamps {
		ok := stampRule.MatchString(variable) && stampRule.MatchString(value) && !strings.HasPrefix(variable, "-")
		v.check(ok, "stamps: %q: %q must match %s", variable, value, stampRule)
	}
	if p.C == nil {
		return
	}
	v.check(p.C.Require != "" && clean(p.C.File), "c: give the module in require and a path inside it in file")
	for define, value := range p.C.Defines {
		v.check(defineRule.MatchString(define) && stampRule.MatchString(value), "c.defines: %q: %q is not allowed", define, value)
	}
}

func (l Layer) validate(v *faults, b *Bundle) {
	v.check(len(l.Files) > 0 || l.Debian != nil, "give files or debian")
	for _, f := range l.Files {
		at := v.at("file " + f.Path)
		at.check(path.IsAbs(f.Path) && path.Clean(f.Path) == f.Path && f.Path != "/", "the path must be absolute and clean")
		at.check(one(f.Program != "", f.Text != "", f.Link != "", f.Dir), "give exactly one of program, text, link and dir")
		at.check(f.Program == "" || b.hasBinary(f.Program), "there is no program %s", f.Program)
		at.check(f.UID >= 0 && f.UID < 1<<16, "uid must be 0 to 65535")
	}
	if l.Debian == nil {
		return
	}
	v.check(len(l.Debian.Packages) > 0 && len(l.Debian.Take) > 0, "debian: give packages and take")
	for _, p := range l.Debian.Packages {
		v.check(debianRule.MatchString(p), "debian: %q is not a package name", p)
	}
	for _, pattern := range l.Debian.Take {
		_, err := path.Match(pattern, "")
		v.check(err == nil && path.IsAbs(pattern) && path.Clean(pattern) == pattern, "debian: take %q must be an absolute, clean path or glob", pattern)
	}
}

func (i Image) validate(v *faults, b *Bundle) {
	_, err := name.NewTag(i.Ref, name.StrictValidation)
	v.check(err == nil && strings.Contains(strings.SplitN(i.Ref, "/", 2)[0], "."), "ref must be complete, such as registry.k8s.io/pause:3.10")
	v.check(one(i.Build != nil, i.Layout != "", i.Archive != "", i.Image != ""), "give exactly one of build, layout, archive and image")
	v.check(i.Digest == "" || digestRule.MatchString(i.Digest), "digest must be sha256: and 64 hex digits")
	v.check(i.Build == nil || i.Digest == "" && i.Name == "", "build needs neither digest nor name")
	if i.Image != "" {
		_, err := name.ParseReference(i.Image)
		v.check(err == nil, "image: %q is not a reference", i.Image)
	}
	if i.Build == nil {
		return
	}
	v.check(len(i.Build.Layers) > 0, "build: give layers")
	for _, layer := range i.Build.Layers {
		_, ok := b.Layers[layer]
		v.check(ok, "build: there is no layer %s", layer)
	}
}

func (p Pack) validate(v *faults, b *Bundle, refs map[string]bool) {
	v.check(nameRule.MatchString(p.Name), "name must match %s", nameRule)
	v.check(versionRule.MatchString(p.Version), "version %q must match %s", p.Version, versionRule)
	v.check(slices.Contains(content.Layers, p.Layer), "layer %q must be one of %s", p.Layer, strings.Join(content.Layers, ", "))
	for _, ref := range p.Images {
		v.check(refs[ref], "image %s is not in this bundle, so a cluster without a network could not start it", ref)
	}
	for _, f := range p.Files {
		at := v.at("file " + f.Path)
		at.check(clean(f.Path), "the path must be relative and clean, such as bin/tool")
		at.check(one(f.Program != "", f.File != "", f.Upstream != nil), "give exactly one of program, file and upstream")
		at.check(f.Program == "" || b.hasBinary(f.Program), "there is no program %s", f.Program)
		at.check(f.Mode == 0 || f.Mode == 0o755 || f.Mode == 0o644, "mode must be \"0755\" or \"0644\"")
		if u := f.Upstream; u != nil {
			at.check(u.Module != "" && u.Require != "" && clean(u.File), "upstream: give module, require and a path inside the module in file")
			for _, b := range u.Before {
				at.check(b.Kind != "" && b.Name != "" && b.Container != "" && b.Image != "", "upstream: give kind, name, container and image of what runs before")
				at.check(b.Image == "" || slices.Contains(p.Images, b.Image), "upstream: image %s of %s is not among the pack's images", b.Image, b.Container)
			}
		}
	}
}

// hasBinary says whether ref, program/binary, names something that is built.
func (b *Bundle) hasBinary(ref string) bool {
	program, binary, ok := strings.Cut(ref, "/")
	p, known := b.Programs[program]
	if !ok || !known {
		return false
	}
	_, packaged := p.Packages[binary]
	return packaged || p.C != nil && binary == program
}

func clean(p string) bool {
	return p != "" && p != "." && !path.IsAbs(p) && path.Clean(p) == p && p != ".." && !strings.HasPrefix(p, "../")
}

func one(set ...bool) bool {
	n := 0
	for _, s := range set {
		if s {
			n++
		}
	}
	return n == 1
}

// faults collects what is wrong, each with the place where it is.
type faults struct {
	place string
	errs  *[]error
}

func (f *faults) list() *[]error {
	if f.errs == nil {
		f.errs = &[]error{}
	}
	return f.errs
}

func (f *faults) at(place string) *faults {
	return &faults{place: f.place + place + ": ", errs: f.list()}
}

func (f *faults) check(ok bool, format string, args ...any) {
	if !ok {
		*f.list() = append(*f.list(), fmt.Errorf(f.place+format, args...))
	}
}
