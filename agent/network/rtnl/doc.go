// Package rtnl looks at the kernel's network: which adapters there are and what they have (rtnetlink(7)), and whether
// settings on trial work. It changes nothing but virtual links that it is asked to delete.
//
//	Conflicts   before a try: does another machine have the address? (ARP probe, RFC 5227)
//	Verify      during a try: link, address, duplicate, gateway, DNS, in this order; the first that fails is the reason
//
// Verify waits for the link and addresses until its context ends, and then some seconds for the answers, because a switch port that starts to forward, a DHCP lease and IPv6's
// duplicate detection take their time. What it reports is what was still wrong at the end.
package rtnl
