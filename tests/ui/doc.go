// Package ui tests the Local UI in a real browser against real hosts, with no mocked API.
//
//	lab of two hosts ───> node journey.mjs ──┐
//	lab of three hosts ─> node newcomer.mjs ─┼─> Chromium on the lab's network ──> what the hosts' own commands say
//	                        └> running/*.mjs ┘   (tests of a running cluster: they share the one that the newcomer made)
//
// A script asks for what only this side can do (kill an agent, read an export by the command line) in lines on its standard
// output, and gets its settings and answers in lines on its standard input. Screenshots of every page, light and dark, wide
// and narrow, stay in .cache/ui.
package ui
