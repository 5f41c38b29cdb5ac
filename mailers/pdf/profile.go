package pdf

import (
	"crypto/sha256"
	"encoding/binary"
	"regexp"
	"sync"

	"postlift"
)

// registered are names of the ICC's registry of characterisation data; an output intent may name the registry
// with no others.
var registered = regexp.MustCompile(`^(FOGRA\d\d|CGATS TR 00\d|CGATS21-2-CRPC[1-7]|JC200103|JCN2002|JCW2003|IFRA\d\d|EUROSB[12]04|EURO_CD_\d+)$`)

// profile is a checked output profile, ready to be written.
type profile struct {
	Profile
	stream []byte // deflated; empty when the file goes without
	sum    [32]byte
}

// deflatedProfiles keeps compressed profiles by their hash: every file of a job has the same.
var deflatedProfiles sync.Map

// checkProfile refuses what is no output profile of a CMYK printer (ICC.1:2010, 7.2: the header's fields).
func checkProfile(p Profile, std Standard) (profile, error) {
	refuse := func(format string, args ...any) (profile, error) {
		return profile{}, postlift.Faultf(postlift.Invalid, opNew, "output profile "+format, args...)
	}
	if !plainText(p.Identifier) || p.Identifier == "" || !plainText(p.Info) {
		return refuse("needs the identifier of its printing condition, as FOGRA39, got %q", p.Identifier)
	}
	out := profile{Profile: p}
	if len(p.ICC) == 0 {
		if std == X1a && registered.MatchString(p.Identifier) {
			return out, nil
		}
		return refuse("%s: the ICC file is missing; %s embeds it", p.Identifier, std)
	}
	const header = 128
	if len(p.ICC) < header || string(p.ICC[36:40]) != "acsp" {
		return refuse("%s is not an ICC file", p.Identifier)
	}
	if n := binary.BigEndian.Uint32(p.ICC); int64(n) != int64(len(p.ICC)) {
		return refuse("%s has %d bytes, its header says %d: the file was cut", p.Identifier, len(p.ICC), n)
	}
	if class, space := string(p.ICC[12:16]), string(p.ICC[16:20]); class != "prtr" || space != "CMYK" {
		return refuse("%s is of class %q for %q: a printer's profile (prtr) for CMYK is needed", p.Identifier, class, space)
	}
	if major := p.ICC[8]; major > 4 || std == X1a && major > 2 {
		return refuse("%s is of ICC version %d, which %s cannot hold", p.Identifier, major, std)
	}
	out.sum = sha256.Sum256(p.ICC)
	if b, ok := deflatedProfiles.Load(out.sum); ok {
		out.stream = b.([]byte)
		return out, nil
	}
	out.stream = deflate(9, p.ICC)
	deflatedProfiles.Store(out.sum, out.stream)
	return out, nil
}
