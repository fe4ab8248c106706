// Package userdata holds the rules for the cloud-config of an installed host: what is wrong with one, by line and column, and
// how its secrets are shown.
//
//	/oem/90_custom.yaml ──> Masked ──> a form, a command ──> Filled (the secrets that were kept) ──> Check ──> the file
//
// Kairos runs the file at each boot; the key "slipway" in it is a preset (package preset), which the agent takes once. The
// package is pure: package agent reads and writes the file.
package userdata
