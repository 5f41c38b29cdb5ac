package mailers

import (
	"errors"
	"io"
	"io/fs"
	"path"
	"strings"

	"postlift"
	"postlift/mailers/colour"
)

// maxProfile bounds an output profile's file.
const maxProfile = 20 << 20

// readProfile reads an output profile: a shipped one by the name of its characterisation data ("FOGRA39") or its
// file, or a vendor's own by its file in the folder of assets.
func readProfile(name string, shipped, assets fs.FS) ([]byte, error) {
	files, err := fs.Glob(shipped, "*.icc")
	if err != nil {
		return nil, err
	}
	var known []string
	for _, file := range files {
		icc, err := fs.ReadFile(shipped, file)
		if err != nil {
			return nil, err
		}
		p, err := colour.Parse(icc)
		if err != nil {
			return nil, postlift.Wrap("mailers.Press", "shipped profile "+file+": "+postlift.UserText(err), err)
		}
		condition, _ := p.Condition()
		if name == condition || name == file || name == strings.TrimSuffix(file, ".icc") {
			return icc, nil
		}
		known = append(known, condition)
	}
	if assets != nil && fs.ValidPath(name) && path.Ext(name) != "" {
		icc, err := readLimited(assets, name)
		if !errors.Is(err, fs.ErrNotExist) {
			return icc, err
		}
	}
	return nil, postlift.Faultf(postlift.NotFound, "mailers.Press",
		"there is no output profile %q: shipped are %s; a vendor's own is named by its file in the folder of assets (vendor.icc)", name, strings.Join(known, ", "))
}

// condition is the printing condition of an output profile.
func (p *Press) condition(profile string) (string, error) {
	icc, err := readProfile(profile, p.o.Profiles, p.o.Assets)
	if err != nil {
		return "", err
	}
	read, err := colour.Parse(icc)
	if err != nil {
		return "", postlift.Wrap("mailers.Press", "output profile "+profile+": "+postlift.UserText(err), err)
	}
	id, _ := read.Condition()
	return id, nil
}

func readLimited(dir fs.FS, name string) ([]byte, error) {
	f, err := dir.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	icc, err := io.ReadAll(io.LimitReader(f, maxProfile+1))
	if err == nil && len(icc) > maxProfile {
		err = postlift.Faultf(postlift.Invalid, "mailers.Press", "output profile %s is larger than %d MB", name, maxProfile>>20)
	}
	return icc, err
}
