// Package content holds the pure rules of content bundles: what a valid
// bundle is, how one is read from hostile input, which host fetches which blob
// from whom, and how the sync status of a host follows from its report. It
// reads streams it is given and performs no other effects.
//
// Life of a bundle in a group of linked hosts (packages in brackets):
//
//	browser, CLI --upload [tus]--> file in the pool
//	                                 | ReadBundle: verified while streaming
//	                                 v
//	leader:   blobs by digest + item record [store]
//	                                 | Catalog, on the linked channel
//	                                 v
//	follower: Plan -> fetch blobs from peers [sync] -> item record [store]
//	                                 | Report, on the linked channel
//	                                 v
//	leader:   Status of each host: Syncing -> Synced (or Failed, NotSynced)
//
// Pods pull the images from the store of their own host [registry].
//
// An item's identity is the digest of its exact manifest.json. That file and
// index.json are blobs too, so that one rule moves, verifies and collects
// everything a bundle brought.
package content
