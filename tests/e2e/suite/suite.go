// Package suite is what the end-to-end tests share: a lab for each test package, commands as a person types them on a host
// or at a workstation, and small content bundles.
//
//	Start ──> one lab ──> subtests in order, each of which leaves the lab fit for the next ──> Close
//
// The tests run as root with SLIPWAY_LAB=require and SLIPWAY_ROOTFS (a tree of `slipway-build rootfs`); without SLIPWAY_LAB
// they are skipped.
package suite

import (
	"os"
	"testing"

	"github.com/slipway-os/slipway/tests/e2e/drive"
)

// Rootfs is the tree that the hosts boot from. It skips the test when end-to-end tests were not asked for.
func Rootfs(t *testing.T) string { return setting(t, "SLIPWAY_ROOTFS", "a tree of `make rootfs`") }

// Bundle is the default content bundle, which holds Kubernetes.
func Bundle(t *testing.T) string { return setting(t, "SLIPWAY_BUNDLE", "a file of `make bundle`") }

func setting(t *testing.T, name, what string) string {
	t.Helper()
	if os.Getenv("SLIPWAY_LAB") == "" {
		t.Skip("set SLIPWAY_LAB=require (root) to run end-to-end tests in a lab, or run `make e2e`")
	}
	if os.Geteuid() != 0 {
		t.Fatal("SLIPWAY_LAB is set, but a lab needs root")
	}
	value := os.Getenv(name)
	if value == "" {
		t.Fatalf("SLIPWAY_LAB is set, but %s is not: name %s", name, what)
	}
	return value
}

// Boot starts a lab whose hosts have no users yet; it goes with the test. Give the lab's name no other test package has.
func Boot(t *testing.T, name string, hosts int) *drive.Lab {
	t.Helper()
	d, err := drive.Boot(t.Context(), name, hosts, Rootfs(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			explain(t, d)
		}
		journals(t, d)
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// Start is Boot with the first user on every host.
func Start(t *testing.T, name string, hosts int) *drive.Lab {
	t.Helper()
	d := Boot(t, name, hosts)
	for _, h := range d.Hosts() {
		if err := d.SetUp(t.Context(), h); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// Steps runs subtests in order and stops at the first that fails: the next ones would only tell the same again.
func Steps(t *testing.T, steps ...Step) {
	t.Helper()
	for _, s := range steps {
		if !t.Run(s.Name, s.Run) {
			t.Fatalf("%s failed; what builds on it is not run", s.Name)
		}
	}
}

// Step is one subtest.
type Step struct {
	Name string
	Run  func(t *testing.T)
}
