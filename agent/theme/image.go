package theme

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image/png"
	"io"
	"regexp"
	"slices"
	"strings"
)

const (
	maxLogo = 256 << 10 // bytes
	maxSide = 2048      // pixels
	svgName = "http://www.w3.org/2000/svg"
)

// The kinds of logos.
const (
	PNG = "image/png"
	SVG = "image/svg+xml"
)

// logoKind tells what an image is, and refuses what a browser should not get.
func logoKind(data []byte) (string, error) {
	if len(data) > maxLogo {
		return "", fmt.Errorf("the logo has more than %d KiB; make it smaller", maxLogo>>10)
	}
	if bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")) {
		c, err := png.DecodeConfig(bytes.NewReader(data))
		if err != nil {
			return "", fmt.Errorf("the PNG image cannot be read: %w", err)
		}
		if c.Width > maxSide || c.Height > maxSide {
			return "", fmt.Errorf("the logo is %d by %d pixels; at most %d by %d are allowed", c.Width, c.Height, maxSide, maxSide)
		}
		if _, err := png.Decode(bytes.NewReader(data)); err != nil {
			return "", fmt.Errorf("the PNG image cannot be read: %w", err)
		}
		return PNG, nil
	}
	if err := checkSVG(data); err != nil {
		return "", err
	}
	return SVG, nil
}

// active are elements that do more than draw (SVG 2, chapters 12 and 13, and what HTML adds inside foreignObject).
var active = []string{"script", "foreignobject", "iframe", "embed", "object", "audio", "video", "handler", "listener"}

var (
	// inside is a reference within the image, or an image in itself.
	inside = regexp.MustCompile(`^\s*(#|data:image/(png|jpeg|gif|webp)[;,]|$)`)
	// outside is a reference of a style that is not to within the image.
	outside = regexp.MustCompile(`(?i)@import|url\(\s*['"]?\s*[^#'"\s)]|javascript:|expression\(`)
)

// checkSVG takes an image that only draws: no script, no handler, nothing from elsewhere.
func checkSVG(data []byte) error {
	d := xml.NewDecoder(bytes.NewReader(data))
	elements, style := 0, false
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return errors.New("the logo is neither a PNG nor an SVG image")
		}
		switch x := token.(type) {
		case xml.Directive:
			if bytes.ContainsAny(x, "[<") {
				return errors.New("the SVG image declares entities; export it again as plain SVG")
			}
		case xml.StartElement:
			if elements == 0 && (x.Name.Local != "svg" || x.Name.Space != svgName) {
				return errors.New("the logo is neither a PNG nor an SVG image")
			}
			elements++
			style = strings.EqualFold(x.Name.Local, "style")
			if err := checkElement(x); err != nil {
				return err
			}
		case xml.EndElement:
			style = false
		case xml.CharData:
			if style && outside.Match(x) {
				return errors.New("a style of the SVG image refers to something outside; take that out")
			}
		case xml.ProcInst:
			if x.Target != "xml" {
				return fmt.Errorf("the SVG image has the instruction %.40s; export it again as plain SVG", x.Target)
			}
		}
	}
	if elements == 0 {
		return errors.New("the logo is neither a PNG nor an SVG image")
	}
	return nil
}

func checkElement(e xml.StartElement) error {
	if slices.Contains(active, strings.ToLower(e.Name.Local)) {
		return fmt.Errorf("the SVG image has the element %.40s, which does more than draw; take it out", e.Name.Local)
	}
	for _, a := range e.Attr {
		name := strings.ToLower(a.Name.Local)
		switch {
		case strings.HasPrefix(name, "on"):
			return fmt.Errorf("the SVG image has the handler %.40s; take it out", a.Name.Local)
		case (name == "href" || name == "src") && a.Name.Space != "xmlns" && !inside.MatchString(a.Value):
			return errors.New("the SVG image refers to something outside; take that out")
		case name == "attributename" && strings.Contains(strings.ToLower(a.Value), "href"):
			return errors.New("the SVG image changes its references by itself; take that out")
		case a.Name.Space != "xmlns" && name != "xmlns" && outside.MatchString(a.Value):
			return errors.New("a style of the SVG image refers to something outside; take that out")
		}
	}
	return nil
}
