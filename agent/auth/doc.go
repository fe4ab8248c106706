// Package auth answers who is asking: people are OS users of the host, checked against its shadow file without cgo;
// programs on the host are known by the credentials of the unix socket.
//
// Members of the group slipway-admin and root may change things (RoleAdmin); every other user may look (RoleViewer).
//
//	(no admin) --setup code + name + password--> first user --Login--> session --2 h, 24 h, Logout, Revoke--> gone
//	                 \-- 5 wrong codes: a new code      |                \-- password changed: the user's sessions end
//	                                                    \-- 3rd, 4th wrong password: wait 1 s, 2 s; 5th: locked for 15 min
//
// A session is 256 random bits that only the client knows; the host keeps their hash, on disk, so that sessions outlive
// a restart of the agent and a copy of the disk opens none. The same bits are a bearer token or a cookie.
//
// On an immutable root file system /etc forgets new users at a reboot. So accounts that were made here are also kept
// in the store, as are passwords that were set here, and Restore puts back (same uid, same hash) what is missing. What
// passwd(1) changes is learnt at the user's next login or when the agent starts; userdel(8) alone does not delete a user
// for good.
package auth
