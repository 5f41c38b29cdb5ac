package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
)

//go:embed static
var staticFiles embed.FS

// asset is one static file under a name that changes with its content, so that it may be kept for ever.
type asset struct {
	content []byte
	mime    string
}

// assets are all static files by hashed name, and the hashed name of each plain one.
type assets struct {
	byHash map[string]asset
	hashed map[string]string
}

func loadAssets() (assets, error) {
	found := assets{byHash: map[string]asset{}, hashed: map[string]string{}}
	files, err := fs.ReadDir(staticFiles, "static")
	if err != nil {
		return found, err
	}
	for _, f := range files {
		content, err := staticFiles.ReadFile("static/" + f.Name())
		if err != nil {
			return found, err
		}
		sum := sha256.Sum256(content)
		ext := path.Ext(f.Name())
		name := strings.TrimSuffix(f.Name(), ext) + "." + hex.EncodeToString(sum[:6]) + ext
		found.byHash[name] = asset{content: content, mime: mime.TypeByExtension(ext)}
		found.hashed[f.Name()] = "/static/" + name
	}
	return found, nil
}

func (a assets) serve(c *gin.Context) {
	file, ok := a.byHash[c.Param("name")]
	if !ok {
		c.AbortWithStatus(http.StatusNotFound)
		return
	}
	c.Header("Content-Type", file.mime)
	c.Header("Cache-Control", "public, max-age=31536000, immutable")
	http.ServeContent(c.Writer, c.Request, "", time.Time{}, bytes.NewReader(file.content))
}
