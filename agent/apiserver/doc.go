// Package apiserver answers the contract in agent/api over small interfaces that it declares (services.go); package agent
// implements them. It decides who may call what, turns every error into problem+json, and audits every change.
//
//	request -> identify (socket peer | session | nobody) -> authorise (public | viewer | admin) -> handler -> audit
package apiserver
