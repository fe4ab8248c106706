// Package engine runs the try machine of agent/network: it keeps its state, does what it asks for, and tells it the time.
//
//	Propose, Confirm, Cancel, SetHostname ──┐
//	time (deadline, retry of settling) ─────┼──> Step ──> store ──> one effect at a time
//	outcome of the effect <─────────────────┘                            │
//	      ^──────────────────────────────────────────────────────────────┘
//
// Run owns the state; everything else asks it. The state is in the store before its effect begins, so that after any
// crash the store says where the host belongs: Run begins with settling there, which at boot is also what puts the files
// of the confirmed settings in place.
//
// # What brings the host back
//
//	the agent lives                         the deadline, a check that fails, Cancel
//	kill -9 of the agent, it starts again   Run settles at once and gives the reason
//	kill -9, and it does not start again    the Watchdog, armed before anything is changed
//	power cut                               the candidate was only in /run
//
// # How long a try takes
//
// Looking for duplicates takes 0.7 s before the change and after it, applying well under one second. Verifying ends when
// all is well, or 15 s before the deadline (half of the time that is left, when that is short): the rest belongs to the
// person. That is long enough for the 30 s in which a bridge with spanning tree learns (IEEE 802.1D) and has no carrier.
package engine
