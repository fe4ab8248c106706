// What Slipway takes from Kairos, pinned. Built with `go build -mod=readonly` from a
// copy called go.mod; the proxy cannot list these modules, so pins are set by hand.
module github.com/slipway-os/slipway/iso/rootfs/kairos

go 1.26.6

require (
	github.com/kairos-io/immucore v0.20.4
	github.com/kairos-io/kairos-agent/v2 v2.31.4
)
