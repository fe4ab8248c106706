// Package recipe reads bundle.yaml, the description of a content bundle, and
// says what is wrong with it. It is pure: what a recipe names is not opened
// here. All paths in a recipe are relative to the folder of bundle.yaml.
//
//	programs  compiled from pinned modules --+
//	layers    files for images --------------+-> images --+
//	sources   layouts, archives, registries -------------+-> bundle
//	packs     files for hosts, manifests ----------------+
//	definitions  cluster definitions --------------------+
package recipe

import "time"

// Bundle is one bundle.yaml.
type Bundle struct {
	Name    string `yaml:"name"`
	Version string `yaml:"version"`
	Type    string `yaml:"type"`
	// Created is the bundle's date; it must not depend on when it is built.
	Created     time.Time          `yaml:"created"`
	Programs    map[string]Program `yaml:"programs"`
	Layers      map[string]Layer   `yaml:"layers"`
	Images      []Image            `yaml:"images"`
	Packs       []Pack             `yaml:"packs"`
	Definitions []string           `yaml:"definitions"`
}

// Program is one compile. Go programs come from a folder with its own go.mod
// and go.sum; a C program is one file of a module that such a go.mod requires.
type Program struct {
	// Module is the folder with go.mod.
	Module string `yaml:"module"`
	// Packages maps the name of a binary to its package; "." is the folder's own.
	Packages map[string]string `yaml:"packages"`
	// Stamps are Go string variables to set at link time, package.name: value.
	Stamps map[string]string `yaml:"stamps"`
	// C names a C source instead; the binary gets the program's name.
	C *CSource `yaml:"c"`
}

// CSource is one C file of a required module and its preprocessor defines.
type CSource struct {
	Require string            `yaml:"require"`
	File    string            `yaml:"file"`
	Defines map[string]string `yaml:"defines"`
}

// Layer is one image layer: own files, and files out of Debian packages
// together with every shared library that they need.
type Layer struct {
	Files  []LayerFile `yaml:"files"`
	Debian *Debian     `yaml:"debian"`
}

// LayerFile is one file of a layer. Exactly one of Program, Text, Link and Dir
// is set.
type LayerFile struct {
	Path    string `yaml:"path"`
	Program string `yaml:"program"` // program/binary
	Text    string `yaml:"text"`
	Link    string `yaml:"link"`
	Dir     bool   `yaml:"dir"`
	Mode    Mode   `yaml:"mode"`
	UID     int    `yaml:"uid"`
}

// Debian takes files by absolute path or glob out of the unpacked packages.
type Debian struct {
	Packages []string `yaml:"packages"`
	Take     []string `yaml:"take"`
}

// Image is a container image and where it comes from: exactly one of Build,
// Layout, Archive and Image is set.
type Image struct {
	Ref     string `yaml:"ref"`
	Build   *Build `yaml:"build"`
	Layout  string `yaml:"layout"`  // folder with an OCI image layout
	Archive string `yaml:"archive"` // tar as `docker save` writes it
	Image   string `yaml:"image"`   // reference in a registry
	// Name is the image's name inside a layout or an archive; Ref if empty.
	Name string `yaml:"name"`
	// Digest, if set, is what the source's image manifest must have.
	Digest string `yaml:"digest"`
}

// Build puts an image together from layers, the lowest first.
type Build struct {
	Layers     []string `yaml:"layers"`
	Entrypoint []string `yaml:"entrypoint"`
	Env        []string `yaml:"env"`
	User       string   `yaml:"user"`
}

// Pack is one pack of the bundle.
type Pack struct {
	Name      string            `yaml:"name"`
	Version   string            `yaml:"version"`
	Layer     string            `yaml:"layer"`
	Images    []string          `yaml:"images"`
	Files     []PackFile        `yaml:"files"`
	Links     map[string]string `yaml:"links"`
	Manifests []string          `yaml:"manifests"`
	Checks    []string          `yaml:"checks"`
}

// PackFile is one file of a pack: exactly one of Program, File and Upstream is
// set.
type PackFile struct {
	Path     string    `yaml:"path"`
	Program  string    `yaml:"program"` // program/binary
	File     string    `yaml:"file"`
	Upstream *Upstream `yaml:"upstream"`
	Mode     Mode      `yaml:"mode"`
}

// Upstream is a Kubernetes manifest of a pinned module, made a template by
// setting variables of its containers.
type Upstream struct {
	Module  string   `yaml:"module"`  // folder with go.mod
	Require string   `yaml:"require"` // the module that has the file
	File    string   `yaml:"file"`
	Env     []Env    `yaml:"env"`
	Before  []Before `yaml:"before"`
}

// Before is a container that runs to its end before all others of a workload,
// its own init containers included.
type Before struct {
	Kind      string   `yaml:"kind"`
	Name      string   `yaml:"name"`
	Container string   `yaml:"container"`
	Image     string   `yaml:"image"`
	Args      []string `yaml:"args"`
}

// Env sets environment variables of one container of one workload.
type Env struct {
	Kind      string            `yaml:"kind"`
	Name      string            `yaml:"name"`
	Container string            `yaml:"container"`
	Set       map[string]string `yaml:"set"`
}
