package letter

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"sort"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"postlift"
)

// layoutVersion enters every design's hash: raise it when the composer sets the same design differently.
const layoutVersion = "letter/1"

const maxDesignBytes = 64 << 10

// Design is a checked mail design: its settings and its texts by language.
type Design struct {
	spec  designFile
	texts map[string]designText
	files map[string][]byte // every file that was read, by name inside the design's folder
}

// designFile is design.yaml.
type designFile struct {
	Name     string `yaml:"name"`
	Class    string `yaml:"class"`
	Sheet    string `yaml:"sheet"`
	Layout   string `yaml:"layout"`
	Envelope string `yaml:"envelope"`
	MaxPages int    `yaml:"max_pages"`
	Fonts    struct {
		Regular fontEntry `yaml:"regular"`
		Bold    fontEntry `yaml:"bold"`
		Italic  fontEntry `yaml:"italic"`
	} `yaml:"fonts"`
	Body struct {
		Size    float64 `yaml:"size"`
		Leading float64 `yaml:"leading"`
	} `yaml:"body"`
	Colours map[string]CMYK `yaml:"colours"`
	Marks   bool            `yaml:"marks"`
	QR      struct {
		Module float64 `yaml:"module"`
	} `yaml:"qr"`
	Decor     []decorBox        `yaml:"decor"`
	Variables map[string]string `yaml:"variables"`
	Texts     map[string]string `yaml:"texts"`
}

type fontEntry struct {
	File   string `yaml:"file"`
	SHA256 string `yaml:"sha256"`
}

// decorBox is a filled box in millimetres from the top left corner of the trim.
type decorBox struct {
	Page   string  `yaml:"page"` // first, next or every
	X      float64 `yaml:"x"`
	Y      float64 `yaml:"y"`
	W      float64 `yaml:"w"`
	H      float64 `yaml:"h"`
	Colour string  `yaml:"colour"`
}

// ParseDesign reads the design in folder `name` of fsys: design.yaml and a text per language. It is
// checked wholly: unknown keys, variables, filters and tags, broken Liquid, colours, sizes and the
// objection notice. What is wrong is a Fault that starts with file:line and names the nearest known name.
func ParseDesign(fsys fs.FS, name string) (*Design, error) {
	return parse(func(file string) ([]byte, error) { return readFile(fsys, path.Join(name, file)) })
}

// ParseFiles is ParseDesign for files that a store kept: what Design.Files gave.
func ParseFiles(files map[string][]byte) (*Design, error) {
	return parse(func(file string) ([]byte, error) {
		data, ok := files[file]
		if !ok {
			return nil, postlift.Faultf(postlift.NotFound, "letter.ParseFiles", "the design has no file %s", file)
		}
		return data, nil
	})
}

func parse(open func(file string) ([]byte, error)) (*Design, error) {
	d := &Design{texts: map[string]designText{}, files: map[string][]byte{}}
	data, err := d.read(open, "design.yaml")
	if err != nil {
		return nil, err
	}
	if err := decodeStrict(data, &d.spec); err != nil {
		return nil, err
	}
	if err := d.spec.check(); err != nil {
		return nil, err
	}
	for _, lang := range sortedKeys(d.spec.Texts) {
		file := d.spec.Texts[lang]
		source, err := d.read(open, file)
		if err != nil {
			return nil, err
		}
		text, err := parseText(string(source), file, lang, &d.spec)
		if err != nil {
			return nil, err
		}
		d.texts[lang] = text
	}
	return d, nil
}

// read keeps a file with its line ends normalised, so that the hash does not depend on the editor.
func (d *Design) read(open func(string) ([]byte, error), file string) ([]byte, error) {
	data, err := open(file)
	if err != nil {
		return nil, err
	}
	if len(data) > maxDesignBytes {
		return nil, designFault("%s is larger than %d bytes", file, maxDesignBytes)
	}
	data = bytes.ReplaceAll(bytes.TrimPrefix(data, []byte("\ufeff")), []byte("\r\n"), []byte("\n"))
	d.files[file] = data
	return data, nil
}

// readFile reads a little more than a design may hold, so that a huge file is noticed and not swallowed.
func readFile(fsys fs.FS, full string) ([]byte, error) {
	f, err := fsys.Open(full)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
			return nil, postlift.Faultf(postlift.NotFound, "letter.ParseDesign", "there is no file %s among the designs", full)
		}
		return nil, postlift.Wrap("letter.ParseDesign", "cannot open "+full, err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxDesignBytes+1))
	if err != nil {
		return nil, postlift.Wrap("letter.ParseDesign", "cannot read "+full, err)
	}
	return data, nil
}

// Name is the design's name.
func (d *Design) Name() string { return d.spec.Name }

// Class is "advertising" or "contractual".
func (d *Design) Class() string { return d.spec.Class }

// Envelope is the window envelope that the address was checked against: "DL" or "C6/5".
func (d *Design) Envelope() string { return d.spec.Envelope }

// Languages are the languages that the design has texts for, sorted.
func (d *Design) Languages() []string { return sortedKeys(d.texts) }

// Files are the design's files by name, as they were read, with line ends normalised: what a store keeps
// to render the same version again.
func (d *Design) Files() map[string][]byte {
	out := make(map[string][]byte, len(d.files))
	for k, v := range d.files {
		out[k] = bytes.Clone(v)
	}
	return out
}

// Hash is the sha256, in hex, of all that decides the print: the settings (which name the fonts by their
// own sha256), every text, and the version of the composer.
func (d *Design) Hash() string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\x00", layoutVersion)
	for _, name := range sortedKeys(d.files) {
		fmt.Fprintf(h, "%s\x00%d\x00", name, len(d.files[name]))
		h.Write(d.files[name])
	}
	return hex.EncodeToString(h.Sum(nil))
}

func (s *designFile) fontRefs() [4]FontRef {
	return [4]FontRef{FontRef(s.Fonts.Regular), FontRef(s.Fonts.Bold), FontRef(s.Fonts.Italic)}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// designKeys are the keys of design.yaml, for suggestions.
var designKeys = func() map[string]bool {
	keys := map[string]bool{}
	for _, k := range strings.Fields("name class sheet layout envelope max_pages fonts regular bold italic file sha256 body size leading colours marks qr module decor page x y w h colour variables texts c m y k") {
		keys[k] = true
	}
	return keys
}()

var unknownKey = regexp.MustCompile(`line (\d+): field (\S+) not found`)
var yamlLine = regexp.MustCompile(`line (\d+): (.*)`)

// decodeStrict reads YAML and refuses unknown keys with their line.
func decodeStrict(data []byte, into *designFile) error {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	err := dec.Decode(into)
	if err == nil {
		return nil
	}
	if m := unknownKey.FindStringSubmatch(err.Error()); m != nil {
		return designFault("design.yaml:%s: key %q is not known%s", m[1], m[2], didYouMean(designKeys, m[2]))
	}
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		return designFault("design.yaml:%s: %s", m[1], m[2])
	}
	return designFault("design.yaml: %v", err)
}

func designFault(format string, args ...any) error {
	return postlift.Faultf(postlift.Invalid, "letter.ParseDesign", format, args...)
}

// place is "file:line: ".
func place(file string, line int) string { return file + ":" + strconv.Itoa(line) + ": " }
