// Package tui is the console: what a person sees at the machine, on a serial line, or by `slipway tui` in any shell. It is
// a client of the agent's API like every other; what it can do a script can do.
//
//	Device information --F2--> Log in / Create user --> Menu --> Hostname, Host Network Adapters, DNS, NTP,
//	      |     ^                                        |       Link this host, Password, Diagnostics
//	      |     '------------ Quit, or 15 idle minutes --'            |
//	      '--F12--> Power (after a log-in)                     Difference --> Try: countdown, Keep or Take back
//
// A page is a form (see form.go): rows of labels, fields, choices and buttons, driven by Tab, the arrows, Enter and Esc,
// and drawn without relying on colour, so that every terminal from vt100 on shows it. Everything that asks the agent runs
// in a goroutine that the console owns and posts its result back to the screen's loop; the screen never waits.
//
// One goroutine reads what the host says every two seconds. When the agent is down the console says so, with the last
// lines of its journal, and goes on by itself when it is back. A try of network settings belongs to the agent: nothing
// here has to survive for the host to get its old settings back.
//
// # What holds what a console must do
//
//	starts at every boot, in every shell   boot.TestBed, console.TestConsole (reboot), TestLeavingAShellsConsole
//	device information, QR code            TestEveryPage (landing), boot.TestBed on tty1 and ttyS0
//	F2 and F12, c and p                    TestPowerNeedsALoginAndAsksTwice, TestTerminals
//	first user, login, lock-out            TestFirstBootWalk, boot.TestBed with a keyboard, TestWrongPasswordIsSaidAndForgotten,
//	                                       TestFirstUserIsCreatedElsewhere, console.TestConsole (lock-out)
//	host name, DHCP and static             console.TestConsole (first boot), TestTryIsKeptByAKey
//	VLAN, bond, bridge, MTU                TestVLANIsTried, TestBondIsTried, TestBridgeTakesTheAddressOfItsMember, the suite
//	                                       of agent/network/engine in boot.TestBed; TestVLANIsEdited and the like
//	management interface                   TestManagementInterface
//	DNS, NTP                               console.TestConsole (name server, time servers), form.TestDNS, TestTimeServers
//	proxy                                  TestEveryPage (proxy), TestProxyIsSet, TestProxyTakesPastedCertificates
//	linking by token                       console.TestLinkAtTheConsole, TestPastedTokenLosesItsLineBreaks, TestTokenIsFollowed
//	passwords                              TestPasswordOfRootNeedsNoCurrentOne
//	in a cluster, or to look at only       TestEveryPage (-cluster), TestDisplayOnly
//	quit, Esc, Tab, arrows, Enter          TestFirstBootWalk and every walk
//	no lock-out: crash, kill, power cut    console.TestConsole, boot.TestBed (timer)
//	terminals, sizes, no growth            TestTerminals, TestPlainTerminal, TestResizedTerminal, TestResizeStorm, TestLeftAlone
//	serial at 9600, kernel messages        TestSlowLine, TestKernelMessagesGo, TestLeftAlone
//	log export to a stick                  boot.TestBed (FAT), diag.TestDiagnostics (ext4)
//
// console is tests/e2e/console, boot is tests/boot.
package tui
