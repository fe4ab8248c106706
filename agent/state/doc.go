// Package state keeps what the agent must remember across restarts and power cuts: one bbolt file with named buckets
// of JSON values. It is the only importer of bbolt; other packages declare the Get/Put interface they need.
//
// Lifecycle of the file:
//
//	(absent) --create beside, fsync, link--> schema N --Open--> locked, checked, open --Close--> unlocked
//	                          schema k < N --snapshot beside, migrate in one transaction--> schema N
//	                          schema k > N --> refused: an older agent must not guess at newer data
//	                          damaged      --> refused: never recreated, the identity of the host lives here
//
// Every write is one fsynced transaction: when Put returns nil the value survives a power cut, and when the power goes
// before that the old value is still there.
package state
