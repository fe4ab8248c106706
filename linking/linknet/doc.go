// Package linknet carries the rules of package linking over pinned TLS: it keeps a host's identity, serves the paths
// under /peer/v1, joins, leaves, removes and promotes, and keeps leader and followers in touch.
//
// Only followers start conversations; so one open port is enough, and the leader never reaches into a host:
//
//	follower                                   leader
//	   |-- POST /peer/v1/join {otp} ------------>|  roster epoch+1, token used: one durable write
//	   |<-------------------- signed roster -----|
//	   | durable write
//	   |-- POST /peer/v1/sync {have, report} --->|  holds up to 10 s while there is nothing new
//	   |<------ {roster?, desired?} -------------|  Changed() on either side ends the wait
//	   |            ...                          |
//	   |<-- POST /peer/v1/roster ----------------|  the one exception: a leader whose own address changed tells it to
//	   |                                         |  hosts that lost it; they believe the signature, not the sender
//
// A crash between the two writes of a join heals by trying the same token again (see linking.Admit).
//
// Revocation: every request is checked against the present roster. When a roster leaves a host out, the requests that
// host still has in flight are cancelled and their connections cut.
//
// What is stored is one record under one key: role, signed roster and token state change together or not at all.
package linknet
