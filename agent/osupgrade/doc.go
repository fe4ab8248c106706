// Package osupgrade decides about the upgrade of an installed host to a new OS image: pure rules, no effects.
//
// A host has two images, one of which is the default of its boot menu. An upgrade:
//
//	            write                 restart               judged healthy
//	Writing ------------> Trying ------------------> (new) -----------------> Confirmed
//	   |                    |                          |
//	   | power cut          | it panics, hangs, or     | not healthy in time: restart
//	   v                    | its agent does not start v
//	Failed                  +----------------------> (old) FellBack, and why
//
// Before the restart the default of the boot menu is the previous image, and the new one is chosen for one boot only
// (GRUB's saved_entry and next_entry). So whatever ends that boot (a panic, slipway-trial.timer, the power button, this
// agent) leads back. Only Confirmed makes the new image the default.
//
// State, users and keys are on a partition of their own, which both images use.
package osupgrade
