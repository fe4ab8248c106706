package builder

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"github.com/slipway-os/slipway/agent/content"
	"github.com/slipway-os/slipway/agent/content/bundlewriter"
	"github.com/slipway-os/slipway/cmd/slipway-build/recipe"
)

// hostPlatform is the platform of the machines that Slipway runs on.
var hostPlatform = v1.Platform{OS: "linux", Architecture: "amd64"}

// fetchImage reads an image from a layout, an archive or a registry and keeps
// its blobs in the cache; a blob that the cache has is not read again, so that
// a cut download goes on with the next one.
func (b *Builder) fetchImage(ctx context.Context, r recipe.Image) (bundlewriter.Image, error) {
	source, err := b.openImage(ctx, r)
	if err != nil {
		return bundlewriter.Image{}, err
	}
	digest, err := source.Digest()
	if err != nil {
		return bundlewriter.Image{}, err
	}
	if r.Digest != "" && digest.String() != r.Digest {
		return bundlewriter.Image{}, fmt.Errorf("the source has %s, but the recipe wants %s", digest, r.Digest)
	}
	image := bundlewriter.Image{Ref: r.Ref}
	if image.Manifest, err = source.RawManifest(); err != nil {
		return bundlewriter.Image{}, err
	}
	mediaType, err := source.MediaType()
	if err != nil {
		return bundlewriter.Image{}, err
	}
	image.MediaType = string(mediaType)
	if err := b.fetchBlobs(ctx, source, &image); err != nil {
		return bundlewriter.Image{}, err
	}
	return image, nil
}

func (b *Builder) fetchBlobs(ctx context.Context, source v1.Image, image *bundlewriter.Image) error {
	config, err := source.ConfigFile()
	if err != nil {
		return err
	}
	platform := v1.Platform{OS: config.OS, Architecture: config.Architecture}
	if !platform.Equals(hostPlatform) {
		return fmt.Errorf("the image is for %q, but hosts need %s", platform, hostPlatform)
	}
	image.Platform = hostPlatform.String()
	raw, err := source.RawConfigFile()
	if err != nil {
		return err
	}
	image.Blobs = append(image.Blobs, bundlewriter.Bytes(raw))
	layers, err := source.Layers()
	if err != nil {
		return err
	}
	for _, layer := range layers {
		if err := ctx.Err(); err != nil {
			return err
		}
		blob, err := b.fetchLayer(layer)
		if err != nil {
			return err
		}
		image.Blobs = append(image.Blobs, blob)
	}
	return nil
}

func (b *Builder) fetchLayer(layer v1.Layer) (bundlewriter.Blob, error) {
	digest, err := layer.Digest()
	if err != nil {
		return bundlewriter.Blob{}, err
	}
	size, err := layer.Size()
	if err != nil {
		return bundlewriter.Blob{}, err
	}
	known := content.Blob{Digest: digest.String(), SizeBytes: size}
	if blob, ok := b.cache.blob(known); ok {
		return blob, nil
	}
	_, err = b.cache.addBlob(known.Digest, func(w io.Writer) error {
		r, err := layer.Compressed()
		if err != nil {
			return err
		}
		defer r.Close()
		_, err = io.Copy(w, r)
		return err
	})
	if err != nil {
		return bundlewriter.Blob{}, fmt.Errorf("layer %s: %w", known.Digest, err)
	}
	blob, _ := b.cache.blob(known)
	return blob, nil
}

func (b *Builder) openImage(ctx context.Context, r recipe.Image) (v1.Image, error) {
	inner := r.Name
	if inner == "" {
		inner = r.Ref
	}
	switch {
	case r.Layout != "":
		return openLayout(b.inFolder(r.Layout), inner)
	case r.Archive != "":
		return openArchive(b.inFolder(r.Archive), inner)
	}
	ref, err := name.ParseReference(r.Image)
	if err != nil {
		return nil, err
	}
	return remote.Image(ref, remote.WithContext(ctx), remote.WithPlatform(hostPlatform),
		remote.WithAuthFromKeychain(authn.DefaultKeychain))
}

// inFolder makes a path of the recipe absolute: it counts from bundle.yaml.
func (b *Builder) inFolder(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(b.dir, path)
}

// openArchive opens an image of a `docker save` archive: the named one, or the
// only one.
func openArchive(path, inner string) (v1.Image, error) {
	images, err := tarball.LoadManifest(func() (io.ReadCloser, error) { return openFile(path) })
	if err != nil {
		return nil, fmt.Errorf("read archive %s: %w", path, err)
	}
	if len(images) == 1 {
		return tarball.ImageFromPath(path, nil)
	}
	tag, err := name.NewTag(inner)
	if err != nil {
		return nil, err
	}
	return tarball.ImageFromPath(path, &tag)
}

// openLayout opens an image of an OCI layout: the one whose ref.name is inner,
// or the only one.
func openLayout(path, inner string) (v1.Image, error) {
	index, err := layout.ImageIndexFromPath(path)
	if err != nil {
		return nil, fmt.Errorf("read layout %s: %w", path, err)
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		return nil, fmt.Errorf("read layout %s: %w", path, err)
	}
	for _, d := range manifest.Manifests {
		if len(manifest.Manifests) == 1 || d.Annotations[content.RefAnnotation] == inner {
			return imageIn(index, d)
		}
	}
	return nil, fmt.Errorf("layout %s has no image named %s", path, inner)
}

// imageIn opens a descriptor: an image, or the image of an index that is for
// the platform of hosts.
func imageIn(index v1.ImageIndex, d v1.Descriptor) (v1.Image, error) {
	if d.MediaType.IsImage() {
		return index.Image(d.Digest)
	}
	if !d.MediaType.IsIndex() {
		return nil, fmt.Errorf("%s is a %s, not an image", d.Digest, d.MediaType)
	}
	nested, err := index.ImageIndex(d.Digest)
	if err != nil {
		return nil, err
	}
	manifest, err := nested.IndexManifest()
	if err != nil {
		return nil, err
	}
	for _, d := range manifest.Manifests {
		if d.Platform != nil && d.Platform.OS == hostPlatform.OS && d.Platform.Architecture == hostPlatform.Architecture {
			return nested.Image(d.Digest)
		}
	}
	return nil, errors.New("the image has no variant for " + hostPlatform.String())
}
