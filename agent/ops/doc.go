// Package ops runs operations: long work with an id, steps, progress and a cancel, that survives a restart of the
// agent and a power cut.
//
//	Start --> pending --> running --> succeeded
//	                       |  ^  \--> failed      (the runner returned an error)
//	                       |  |   \-> cancelled   (Cancel was asked, and the runner ended with an error)
//	                       |  |
//	        agent stops or dies, next Run: the kind's runner starts again with the same input
//
// A runner does its work in steps. A step that succeeded is recorded before the next begins and is skipped when the
// operation is resumed; a step that was interrupted runs again, so its function must be idempotent. A graceful stop of
// the agent and a kill -9 are the same to an operation: it stays running in the store and is resumed.
package ops
