// Package baked carries content bundles on the medium of an appliance to the host that is installed from it.
//
//	slipway-build iso    Describe ──> medium: slipway/content/index.json, NAME.part00, NAME.part01 ...
//	installer            Copy ──> persistent partition: slipway/content.part ──all verified, synced──> slipway/content
//	agent, first start   ReadIndex, Open ──> import into the storage pool ──> Remove, bundle by bundle
//
// A file of an ISO9660 file system ends before 4 GiB, so bundles are cut in parts of PartSize. The folder of the installed
// host is there as a whole or not at all; a power cut while the agent imports repeats the import of one bundle, which adds
// nothing twice.
package baked
