// Package registry serves the images of the content store to containerd and
// other OCI clients, read only (OCI distribution-spec 1.1, pull).
//
// containerd asks every host's own registry through
// certs.d/_default/hosts.toml and adds ?ns=<registry host>; the repository is
// then the path without that host. Without ns the repository may carry the
// host as its first part, or leave it out: then any registry matches.
//
//	GET /v2/calico/node/manifests/v3.28.5?ns=docker.io -> docker.io/calico/node:v3.28.5
//	GET /v2/docker.io/calico/node/manifests/v3.28.5    -> the same
//	GET /v2/calico/node/manifests/v3.28.5              -> the same, if it is the only one
//
// A blob that this host does not hold yet, or found damaged, is fetched from
// another host first (read-through), then served.
package registry

import (
	"context"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"cuelabs.dev/go/oci/ociregistry"
	"cuelabs.dev/go/oci/ociregistry/ociserver"

	"github.com/slipway-os/slipway/agent/content"
)

// Content is the store that is served; *store.Store is one.
type Content interface {
	Images() []content.Image
	Open(digest string) (io.ReadSeekCloser, int64, error)
	OpenVerified(digest string) (io.ReadCloser, int64, error)
}

// Fetcher gets a blob from another host into the store.
type Fetcher interface {
	Fetch(ctx context.Context, digest string) error
}

// New returns the handler for /v2/. fetch may be nil: then only what the store
// holds is served.
func New(c Content, fetch Fetcher, log *slog.Logger) http.Handler {
	b := &backend{c: c, fetch: fetch, log: log}
	h := ociserver.New(&ociregistry.Funcs{
		GetBlob_:         b.getBlob,
		GetBlobRange_:    b.getBlobRange,
		GetManifest_:     b.getManifest,
		GetTag_:          b.getTag,
		ResolveBlob_:     b.resolveBlob,
		ResolveManifest_: b.resolveManifest,
		ResolveTag_:      b.resolveTag,
		Repositories_:    b.repositories,
		Tags_:            b.tags,
	}, &ociserver.Options{DisableReferrersAPI: true, MaxListPageSize: 1000})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			_ = ociregistry.WriteError(w, fmt.Errorf("%w: this registry is read only: upload a content bundle instead", ociregistry.ErrUnsupported))
			return
		}
		ns := r.URL.Query().Get("ns")
		h.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), nsKey{}, ns)))
	})
}

type nsKey struct{}

type backend struct {
	c     Content
	fetch Fetcher
	log   *slog.Logger
}

// split takes a full reference apart: docker.io/calico/node:v3.28.5 ->
// docker.io, calico/node, v3.28.5.
func split(ref string) (host, repo, tag string) {
	host, rest, _ := strings.Cut(ref, "/")
	i := strings.LastIndexByte(rest, ':')
	return host, rest[:i], rest[i+1:]
}

// matches says whether a client that asks for repo in registry ns means ref.
func matches(ref, ns, repo string) bool {
	host, path, _ := split(ref)
	if ns != "" {
		return host == ns && path == repo
	}
	return path == repo || host+"/"+path == repo
}

func (b *backend) resolve(ctx context.Context, repo, tag string) (ociregistry.Digest, error) {
	ns, _ := ctx.Value(nsKey{}).(string)
	for _, i := range b.c.Images() {
		if _, _, t := split(i.Ref); t == tag && matches(i.Ref, ns, repo) {
			return ociregistry.Digest(i.Digest), nil
		}
	}
	return "", fmt.Errorf("%s:%s is in no content bundle of this host: %w", repo, tag, ociregistry.ErrManifestUnknown)
}

func (b *backend) getTag(ctx context.Context, repo, tag string) (ociregistry.BlobReader, error) {
	d, err := b.resolve(ctx, repo, tag)
	if err != nil {
		return nil, err
	}
	return b.getManifest(ctx, repo, d)
}

func (b *backend) resolveTag(ctx context.Context, repo, tag string) (ociregistry.Descriptor, error) {
	d, err := b.resolve(ctx, repo, tag)
	if err != nil {
		return ociregistry.Descriptor{}, err
	}
	return b.resolveManifest(ctx, repo, d)
}

func (b *backend) repositories(_ context.Context, after string) iter.Seq2[string, error] {
	var all []string
	for _, i := range b.c.Images() {
		host, repo, _ := split(i.Ref)
		all = append(all, host+"/"+repo)
	}
	return sequence(all, after)
}

func (b *backend) tags(ctx context.Context, repo, after string) iter.Seq2[string, error] {
	ns, _ := ctx.Value(nsKey{}).(string)
	var all []string
	for _, i := range b.c.Images() {
		if matches(i.Ref, ns, repo) {
			_, _, tag := split(i.Ref)
			all = append(all, tag)
		}
	}
	if len(all) == 0 {
		return func(yield func(string, error) bool) {
			yield("", fmt.Errorf("%s: %w", repo, ociregistry.ErrNameUnknown))
		}
	}
	return sequence(all, after)
}

// sequence yields the sorted, distinct names after the given one.
func sequence(names []string, after string) iter.Seq2[string, error] {
	slices.Sort(names)
	return func(yield func(string, error) bool) {
		for _, n := range slices.Compact(names) {
			if n > after && !yield(n, nil) {
				return
			}
		}
	}
}
