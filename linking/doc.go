// Package linking holds the pure rules by which hosts become a group: the link token, the one-time password in it, the
// signed roster, who may ask whom for what, and the sentences with which a host is refused. It performs no effects;
// linking/linknet carries the same rules over pinned TLS.
//
// A host's identity is its key: the pin, `sha256:` and the hex SHA-256 of the key's SubjectPublicKeyInfo (the pin of
// RFC 7469, section 2.4, written in hex). Addresses and names may change; the pin does not. No certificate authority
// and no clock takes part in trust: hosts of an offline site often disagree about the time, so only the leader's clock
// decides whether a token has expired.
//
// Life of a one-time password (TokenState), always on the leader:
//
//	            Generate
//	(inactive) ----------> active --- right OTP ----> used ----\
//	     ^                  |  |----- 120 s ---------> expired --+--> the next one is active at once
//	     |       Stop       |  \----- 5 wrong tries -> burned --/
//	     \------------------/
//
// Life of a host's role:
//
//	            generates a token                       removed by the leader, or leaves
//	none ------------------------> leader      follower ---------------------------------> none
//	none ---- joins by a token --> follower    follower -- leader lost, administrator promotes --> leader (of a new group)
//	leader -- stops, no followers --> none
//
// The leader signs every roster; its epoch only grows, so an old roster can never bring a removed host back.
package linking
