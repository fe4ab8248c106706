// Package preflight measures one host for a check run: it answers a cluster.CheckRequest with cluster.Facts and judges
// nothing, agent/cluster does. It changes nothing on the host that outlives the run.
//
//	request --> read host facts -------------------------------+
//	        --> bind the ports, hold them, answer peers (8 s) -+--> facts
//	        --> dial the peers' ports until they answer -------+
//	        --> dial the load balancer: whose port answers? ---+
//	        --> ask by ARP who has the VIP (RFC 5227) ---------+
//
// All hosts of a run get their requests at about the same time, so while one dials, the others hold their ports.
package preflight
