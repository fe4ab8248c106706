// Package builder carries out a recipe: it compiles programs, unpacks Debian
// packages, makes layers and images, and writes the bundle.
//
//	recipe -> programs -> layers -> images -+
//	                   -> packs ------------+-> bundlewriter.Plan -> OUT
//
// Every step is named by the digest of its inputs and kept in the cache, so
// that a build that was cut short goes on where it was, and one that has
// nothing to do takes seconds. Results appear in the cache by rename only.
package builder
