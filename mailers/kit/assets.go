package kit

import (
	"errors"
	"io"
	"io/fs"
	"path"
	"strings"
	"sync"

	"postlift/mailers/colour"
	"postlift/mailers/picture"
	"postlift/mailers/sheet"
)

const (
	// Signatures is the folder of assets whose pictures are signatures: their strokes print in black alone, the
	// paper around them is cut away. A name in it is also found where the folder has no such file but the assets'
	// own folder has.
	Signatures = "signatures/"

	screenSide = 800      // of pictures per recipient, which previews show small
	keepBytes  = 64 << 20 // of converted pictures that are kept for the next piece
)

// assets finds pictures in a folder and keeps what was converted: a signature stands on thousands of letters.
type assets struct {
	dir  fs.FS
	o    picture.Options
	mu   sync.Mutex
	kept map[string]*sheet.Image
	size int
}

// assetOptions are how pictures per recipient and signatures are made ready.
func assetOptions(convert *colour.Transform) picture.Options {
	return picture.Options{Transform: convert, ScreenSide: screenSide}
}

func newAssets(dir fs.FS, o picture.Options) *assets {
	return &assets{dir: dir, o: o, kept: map[string]*sheet.Image{}}
}

// find gives the picture of a name; nil where there is none. What is kept has no influence on it: a picture is the
// same whenever it is converted.
func (a *assets) find(name string) (*sheet.Image, error) {
	a.mu.Lock()
	img, ok := a.kept[name]
	a.mu.Unlock()
	if ok {
		return img, nil
	}
	data, err := a.read(name)
	if err != nil || data == nil {
		return nil, err
	}
	if strings.HasPrefix(name, Signatures) {
		img, err = picture.Signature(data, a.o)
	} else {
		img, err = picture.Load(data, a.o)
	}
	if err != nil {
		return nil, err
	}
	a.keep(name, img)
	return img, nil
}

func (a *assets) keep(name string, img *sheet.Image) {
	a.mu.Lock()
	defer a.mu.Unlock()
	size := len(img.Data) + len(img.Screen)
	if a.size+size > keepBytes {
		clear(a.kept)
		a.size = 0
	}
	if _, again := a.kept[name]; !again && size <= keepBytes {
		a.kept[name], a.size = img, a.size+size
	}
}

// read reads a file of the folder; nil where there is none. A name that would lead out of the folder is refused.
func (a *assets) read(name string) ([]byte, error) {
	if !fs.ValidPath(name) || strings.ContainsRune(name, '\\') {
		return nil, fault("%q is not the name of a file in the folder of images: write it with / and without ..", name)
	}
	for _, n := range []string{name, strings.TrimPrefix(name, Signatures)} {
		data, err := readAsset(a.dir, path.Clean(n))
		if !errors.Is(err, fs.ErrNotExist) {
			return data, err
		}
	}
	return nil, nil
}

func readAsset(dir fs.FS, name string) ([]byte, error) {
	f, err := dir.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if i, err := f.Stat(); err != nil || i.IsDir() {
		return nil, fault("%s is no file", name)
	}
	data, err := io.ReadAll(io.LimitReader(f, picture.MaxBytes+1))
	if err != nil {
		return nil, fault("%s cannot be read: %v", name, err)
	}
	if len(data) > picture.MaxBytes {
		return nil, fault("%s is larger than %d MB", name, picture.MaxBytes>>20)
	}
	return data, nil
}
