// Package cluster holds the pure rules of a cluster: its spec, the preflight checks, the plan and the reconcile step that
// turns what hosts report into what hosts are asked to do next. It performs no effects; agent wires it to the linked
// channel and agent/cluster/kubeadm carries an assignment out on a host.
//
// Lifecycle of a cluster (State) and of a host in it (Phase, see Assignment):
//
//	cluster:  Provisioning --> Running <--> Degraded --> Deleting --> (gone)
//	                 \--> Error (a host cannot go on; it keeps trying, so Error may heal)
//	host:     prepare --> join --> finalize ... delete
//
// The leader only writes assignments; each host pulls its own, works idempotently, and reports. So kill -9 of any
// agent at any step is healed by starting it again.
package cluster
