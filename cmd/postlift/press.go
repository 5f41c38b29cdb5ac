package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"postlift"
	"postlift/mailers"
	"postlift/mailers/artwork"
	"postlift/templates"
)

// newPress makes the press that prints with the shipped fonts, the shipped output profiles and the data folder's
// assets.
func (a *app) newPress() (*mailers.Press, error) {
	assets, err := a.openAssets()
	if err != nil {
		return nil, err
	}
	return mailers.NewPress(mailers.PressOptions{Fonts: templates.Fonts(), Profiles: templates.Profiles(), Assets: assets, Draw: artwork.Ghostscript("")}), nil
}

// openAssets is the folder of images per recipient, signatures and vendors' output profiles: the configured one, or
// assets in the data folder, where there may be none. No link leads out of it.
func (a *app) openAssets() (fs.FS, error) {
	dir := a.cfg.Assets
	if dir == "" {
		dir = filepath.Join(a.cfg.Data, "assets")
	}
	root, err := os.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) && a.cfg.Assets == "" {
		return nil, nil
	}
	if err != nil {
		return nil, postlift.Faultf(postlift.Invalid, "assets", "POSTLIFT_ASSETS: the folder %s cannot be opened: %v", dir, err)
	}
	a.onClose(root.Close)
	return root.FS(), nil
}
