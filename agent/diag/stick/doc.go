// Package stick writes one file to a USB stick that a person has put into the host, for hosts that no browser reaches.
//
//	List --> mount in a private place --> NAME.partial --fsync, rename--> NAME --> unmount --> the stick may be pulled
//
// A stick comes from anywhere, so it is taken for hostile: only known file systems are mounted, by name, without programs,
// devices or set-user-id; nothing on it is read or followed; and it is unmounted whatever happens. What an agent that was
// killed left mounted is unmounted before the next one.
package stick
