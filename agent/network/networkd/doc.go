// Package networkd makes systemd-networkd run network settings.
//
//	/etc/systemd/network/10-slipway-NAME.network, .netdev        confirmed: what the host boots
//	/run/systemd/network/05-slipway-try-NAME.network, .netdev    candidate: forgotten by a power cut
//
// Lower numbers win, in whichever folder they are (systemd.network(5)), so a try overrides what is confirmed without
// touching it. Both win over the image's defaults in /usr/lib/systemd/network, which begin with 70.
//
//	Try     write the candidate, reload
//	Settle  write the confirmed, forget the candidate, reload
//
// Both are idempotent: a file that is right is not written, and without a difference there is no reload. Files of other
// names are never touched.
//
// # VLANs, bonds and bridges
//
// networkd makes them but never deletes or changes them. The file that made one says what it is; so when that file
// changes or goes, the link is deleted first, and the reload makes the new one. A try deletes only what it changes: what
// it leaves out is parked and deleted on confirm.
//
// An adapter whose settings move from the candidate's file to the confirmed one is configured anew by the reload. For most
// that changes nothing; the members of a bond go down for an instant then (systemd 252, issue 31165), one after the other.
//
// # Addresses that others put there
//
// kube-vip adds the cluster's address to an adapter. KeepConfiguration=static in every file we render makes networkd
// leave such addresses alone when it takes a file over. It leaves our own old ones too (systemd 252), with the default
// routes: those that the files of before name and the new ones do not are taken away after the reload.
//
// # When the agent dies
//
// Before a try, Arm asks systemd for a transient timer, slipway-network-rollback.timer (the D-Bus form of
// systemd-run --on-active=). It lives in systemd, so a kill -9 of the agent does not stop it, and in /run, so a power cut
// forgets it together with the candidate. When it fires it forgets the candidate and reloads. The agent takes a try back
// itself at the deadline and when it starts again, so the timer, 5 s later, matters only to an agent that stays away.
package networkd
