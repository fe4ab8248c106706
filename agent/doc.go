// Package agent wires the agent of one host: the only place that knows every concrete type. It owns every goroutine.
//
//	Run: state, identity -> subjects and their effects -> listeners -> ready (sd_notify) -> ... ctx done -> all wait -> closed
//
// What hosts say to each other travels on the linked channel as topics (topics.go): a follower reports what it observes,
// the leader answers what it desires, both whole values, so that a lost or repeated message does no harm. The leader is a
// host like any other: it reports to itself by a function call.
package agent
