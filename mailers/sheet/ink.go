package sheet

import "fmt"

// Ink is a print colour: process inks in percent, 0 to 100 each, or a spot colour by its name, of which C, M,
// Y and K are then the process alternate at full tint and Tint is the percentage that is printed.
type Ink struct {
	C    uint8  `yaml:"c"`
	M    uint8  `yaml:"m"`
	Y    uint8  `yaml:"y"`
	K    uint8  `yaml:"k"`
	Spot string `yaml:"spot"`
	Tint uint8  `yaml:"tint"`
}

// Black is text black: 100 percent black ink alone, so that the other plates need not register with it.
var Black = Ink{K: 100}

// Paper is the absence of ink; it knocks the quiet zone of a code out of a tint.
var Paper = Ink{}

// Total is the sum of the process inks in percent (a spot colour: of its alternate).
func (c Ink) Total() int { return int(c.C) + int(c.M) + int(c.Y) + int(c.K) }

// Process is the process colour that stands for the ink: itself, or a spot colour's alternate at its tint.
func (c Ink) Process() Ink {
	if c.Spot == "" {
		return c
	}
	part := func(v uint8) uint8 { return uint8((int(v)*int(c.Tint) + 50) / 100) }
	return Ink{C: part(c.C), M: part(c.M), Y: part(c.Y), K: part(c.K)}
}

// String is the colour as c/m/y/k percent; a spot colour as its name with its tint.
func (c Ink) String() string {
	if c.Spot != "" {
		return fmt.Sprintf("%s@%d", c.Spot, c.Tint)
	}
	return fmt.Sprintf("%d/%d/%d/%d", c.C, c.M, c.Y, c.K)
}
