// Package apt reads this machine's own apt configuration, so that a build takes
// Debian from the mirror that the machine takes it from, and installs the tools that
// a build needs.
package apt
