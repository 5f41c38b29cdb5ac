package main

import (
	"os"
	"path/filepath"

	"postlift/internal/store"
	"postlift/mailers"
	"postlift/templates"
)

// gallery shows designs on the pages, drawn by the press that prints them: the data folder's own, the shipped and the
// stored ones.
func (a *app) gallery(db *store.Store, room *mailRoom) *mailers.Gallery {
	return mailers.NewGallery(mailers.GalleryOptions{Store: db, Press: room.press, Shipped: templates.Designs(), Own: os.DirFS(filepath.Join(a.cfg.Data, "designs")), Clock: a.clock})
}
