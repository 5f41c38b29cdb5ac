package letter

import (
	"io/fs"

	"postlift/mailers/codes"
	"postlift/mailers/sheet"
)

// Kit is what a composer needs beside the design. Functions may be nil: a design that asks for one that is not there
// is refused, a piece that does so stops. They are called by many goroutines and must give the same for the same.
type Kit struct {
	Fonts fs.FS // folder of font files
	// Images makes an image of the design ready to print: the file's name and content.
	Images func(name string, data []byte) (*sheet.Image, error)
	// Artwork makes a form of a page (from 1) of a designer's PDF; lengths in micrometres.
	Artwork func(data []byte, page int, w, h, bleed int) (*sheet.Form, error)
	// Assets finds an image per recipient, or a signature, by its name; nil means that there is none.
	Assets func(name string) (*sheet.Image, error)
	// Franking makes a piece's franking mark with its lines of text; ok is false where the vendor franks.
	Franking func(p *Piece) (mark codes.Matrix, lines []string, ok bool)
}
