// Package audit keeps who changed what on this host, with which outcome, in append-only files of JSON lines.
//
// Each line carries the SHA-256 of the line before it (prev), so that an entry cannot be changed or taken out of the
// middle without Verify telling where. A person with root can of course cut off the end while the agent is down, or write
// a whole new chain: keep copies elsewhere when that matters.
//
//	Append --> one line, fsync --> audit.log --(maxFileSize)--> audit-000001.log ... the oldest beyond keepFiles is deleted
//	Open   --> a torn last line (the power went) is cut off, and a line says so
//
// No secret is ever given to this package: Action names a route and its target, not the body of a request.
package audit
