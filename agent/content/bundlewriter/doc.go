// Package bundlewriter writes content bundles: images, packs and cluster
// definitions become one OCI image layout (image-spec 1.1) with manifest.json
// in front, as tar, compressed with zstd.
//
//	Entry... -> NewLayer -+
//	                      +-> NewImage -+
//	ImageConfig ----------+             |
//	File... -------------- Pack --------+-> Plan -> Bundle -> WriteTo -> NAME.tar.zst
//	YAML ----------------- Definition --+
//
// Planning reads only what it needs to know digests; the bytes of blobs are
// read when they are written, and their digests are checked again on the way,
// so that a cache that rotted in between cannot reach a bundle. Equal input
// gives equal bytes: names are sorted, times are zero, and the compressor runs
// on one thread.
package bundlewriter
