package ui

import (
	"testing"

	"github.com/slipway-os/slipway/tests/e2e/suite"
)

// Features 135, 137 to 141: the Diagnostics page, light and dark, wide and narrow.
func TestDiagnosticsPage(t *testing.T) {
	d := suite.Boot(t, "ui-diag", 1)
	journey(t, d, "diagnostics.mjs", visitors(t, d, ""))
}
