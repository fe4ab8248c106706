// Package rootfs builds Slipway's root file system: Debian 12, made a Kairos
// system by kairos-agent and immucore, with the slipway agent in it. The ISO is
// made from this tree and the lab boots the same tree, so what the tests see is
// what a host runs.
//
// A build has three stages. Each is cached under the digest of its inputs, and
// each starts as a hard-linked copy of the one before:
//
//	packages.txt, apt sources --> base-DIGEST     mmdebstrap, minutes
//	kairos.mod, kairos.sum    --> kairosbin-DIGEST  go build, minutes
//	kairos/files              --> kairos-DIGEST   about a second
//	slipway binary, systemd   --> Out             about a second
//
// Beside the third stage, sbom-DIGEST lists its packages and the modules of all programs, with their licences. With another
// base (given.go), given-DIGEST takes the place of the third stage:
//
//	directory, tar, squashfs; kairos/files --> given-DIGEST   unpacking: seconds
//
// BuildImage goes another way from the third stage, to the parts of an ISO:
//
//	kairos-DIGEST             --> boot-DIGEST     dracut, grub-mkimage: a minute
//	boot-DIGEST, the same Out --> image-DIGEST    mksquashfs: seconds; only the newest is kept
//
// A stage is built in DIGEST.part and renamed when it is complete: a build that
// is cut leaves nothing that looks done, and the next one starts that stage anew.
//
// Because the trees share their files, nothing may change a file of a tree in
// place: a writer removes the name first and makes a new file (see tree.go).
//
// Building needs root: the tree has device nodes, owners and set-id bits.
package rootfs
