package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"postlift"
	"postlift/accounts/csvfile"
	"postlift/mailers/artwork"
	"postlift/mailers/design"
	"postlift/mailers/kit"
	"postlift/templates"
)

// designFile is the file by which a folder is known as a design.
const designFile = "design.yaml"

// openDesign reads a design: a folder on this machine, or one that is shipped by its name.
func openDesign(name string) (*design.Design, error) {
	if name == "" {
		return nil, postlift.Faultf(postlift.Invalid, "design", "name the design: a shipped one (%s) or a folder with a %s", strings.Join(shippedDesigns(), ", "), designFile)
	}
	if _, err := os.Stat(filepath.Join(name, designFile)); err == nil {
		full, err := filepath.Abs(name)
		if err != nil {
			return nil, postlift.Faultf(postlift.Invalid, "design", "the folder %s cannot be found: %v", name, err)
		}
		return design.Parse(os.DirFS(filepath.Dir(full)), filepath.Base(full))
	}
	if slices.Contains(shippedDesigns(), name) {
		return design.Parse(templates.Designs(), name)
	}
	return nil, postlift.Faultf(postlift.NotFound, "design", "there is no design %q%s: shipped are %s; a folder needs a %s", name,
		csvfile.DidYouMean(shippedDesigns(), name), strings.Join(shippedDesigns(), ", "), designFile)
}

// shippedDesigns are the names of the designs in this program, sorted.
func shippedDesigns() []string { return designsIn(templates.Designs()) }

// designsIn are the folders of a folder that hold a design, sorted.
func designsIn(dir fs.FS) []string {
	entries, err := fs.ReadDir(dir, ".")
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		if _, err := fs.Stat(dir, e.Name()+"/"+designFile); err == nil {
			names = append(names, e.Name())
		}
	}
	return names
}

// printKit puts together what the design's pieces are composed with. profile is a file on this machine; without one the
// shipped profile of the design's printing condition is taken. assets is a folder, or "".
func (a *app) printKit(d *design.Design, profile, assets string) (*kit.Kit, error) {
	o := kit.Options{Fonts: templates.Fonts(), Draw: artwork.Ghostscript("")}
	var err error
	if profile == "" {
		o.ICC, err = shippedProfile(d.Spec().Profile)
	} else if o.ICC, err = os.ReadFile(profile); err != nil {
		err = postlift.Faultf(postlift.Invalid, "profile", "the profile cannot be read: %v", err)
	}
	if err != nil {
		return nil, err
	}
	if assets != "" {
		root, err := os.OpenRoot(assets) // no link leads out of it
		if err != nil {
			return nil, postlift.Faultf(postlift.Invalid, "assets", "%s is no folder of images: %v", assets, err)
		}
		a.onClose(root.Close)
		o.Assets = root.FS()
	}
	return kit.New(o)
}

// shippedProfile finds the profile of a printing condition, such as FOGRA39 or FOGRA39L_coated.icc.
func shippedProfile(condition string) ([]byte, error) {
	entries, err := fs.ReadDir(templates.Profiles(), ".")
	if err != nil {
		return nil, err
	}
	var known []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), condition) {
			return fs.ReadFile(templates.Profiles(), e.Name())
		}
		known = append(known, strings.TrimSuffix(e.Name(), ".icc"))
	}
	return nil, postlift.Faultf(postlift.NotFound, "profile", "no profile of %s is shipped (%s are): give the vendor's with --profile FILE.icc", condition, strings.Join(known, ", "))
}
