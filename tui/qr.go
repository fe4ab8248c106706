package tui

import "rsc.io/qr"

// qrCode draws text as a QR code (ISO/IEC 18004) of half blocks, two rows of modules in each line, light on dark with a
// margin of two modules; nil when there is no text or it does not fit in a code.
func qrCode(text string) []string {
	if text == "" {
		return nil
	}
	code, err := qr.Encode(text, qr.L)
	if err != nil {
		return nil
	}
	const margin = 2
	light := func(x, y int) bool { return y < code.Size+margin && !code.Black(x, y) } // Black is false outside
	var lines []string
	for y := -margin; y < code.Size+margin; y += 2 {
		line := []rune{}
		for x := -margin; x < code.Size+margin; x++ {
			line = append(line, blocks[light(x, y)][light(x, y+1)])
		}
		lines = append(lines, string(line))
	}
	return lines
}

// blocks is the character for light above and light below.
var blocks = map[bool]map[bool]rune{
	true:  {true: '█', false: '▀'},
	false: {true: '▄', false: ' '},
}
