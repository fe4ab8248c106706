// Package support makes the support bundle of a host: one .tar.gz that a person can hand to whoever helps, with nothing in
// it that opens a door.
//
//	sources (an allow-list) --> bounded --> Scrub --> .partial --fsync, rename--> slipway-support-HOST-TIME.tar.gz
//	                                                                              the one before is deleted
//
// Two walls stand between a secret and the bundle. What is read is a list of named sources, each of which has no secret by
// construction: answers of the API, the output of fixed commands, journals; never the state, a key, a session, a password
// hash, a Secret of Kubernetes. And every byte passes Scrub, because a journal holds what anybody logged.
//
// A source that cannot be read does not fail the bundle: manifest.json says which, and why.
package support
