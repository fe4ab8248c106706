// Package theme is how the Local UI of this host looks to the people of its owner: colours, logo, a banner, a consent to
// give before the log-in, links and pages of their own. It lives in files, so that an image can bring it and a person can
// copy it; the API writes the same files. What is wrong in a file shows as the usual look, and says so.
//
//	/etc/slipway/theme/theme.yaml       brandColor: "#0f5ba7"       buttons and links
//	                                    sidebarColor: "#1c2430"     sidebar and the ground of the log-in
//	                                    banner: For members of the harbour only.
//	                                    consent: {title: Terms of use, text: ...}
//	                                    links: [{label: Grafana, url: https://..., group: Tools, frame: true}]
//	                                    pages: [{name: contacts, title: Contacts, group: Help}]
//	/etc/slipway/theme/logo.svg|png     at most 256 KiB; an SVG with scripts or outside references is refused
//	/etc/slipway/theme/pages/NAME.html  shown in a frame without scripts and without anything from outside
package theme
