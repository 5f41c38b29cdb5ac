// Package templates holds what the binary ships for printing: mail designs, fonts and colour profiles, as embedded files.
// It only embeds; it imports nothing of the project and nothing but the standard library.
package templates

import (
	"embed"
	"io/fs"
)

//go:embed designs fonts profiles
var files embed.FS

// Designs is the folder of shipped mail designs: one folder per design, named by the design, with its
// design.yaml and a text per language.
func Designs() fs.FS { return sub("designs") }

// Fonts is the folder of shipped fonts: static TrueType files and their licence.
func Fonts() fs.FS { return sub("fonts") }

// Profiles is the folder of shipped output profiles (ICC), named by their characterisation data.
func Profiles() fs.FS { return sub("profiles") }

func sub(dir string) fs.FS {
	f, err := fs.Sub(files, dir)
	if err != nil { // only a malformed literal path can fail, and the embed directive names the same ones
		panic(err)
	}
	return f
}
