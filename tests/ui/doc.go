// Package ui tests the Local UI in a real browser against real hosts, with no mocked API.
//
//	lab of two hosts ──> node journey.mjs (Chromium on the lab's network) ──> what the hosts' own commands say
//
// The browser's script asks for what only this side can do (kill an agent) in lines on its standard output, and gets its
// settings and answers in lines on its standard input. Screenshots of every page, light and dark, stay in .cache/ui.
package ui
