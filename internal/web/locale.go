package web

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"sync"

	"github.com/gin-gonic/gin"
	"golang.org/x/text/language"
)

//go:embed locale
var localeFiles embed.FS

// Languages that the pages speak; the first is the fallback.
var languages = []string{"en", "de"}

var matcher = language.NewMatcher([]language.Tag{language.English, language.German})

const (
	languageCookie = "postlift_lang"
	languageMaxAge = 365 * 24 * 3600
)

// texts are one language's texts by key; a text may hold fmt verbs.
type texts map[string]string

func loadTexts() (map[string]texts, error) {
	all := map[string]texts{}
	for _, lang := range languages {
		names, err := fs.Glob(localeFiles, "locale/"+lang+"*.json")
		if err != nil {
			return nil, err
		}
		all[lang] = texts{}
		for _, name := range names {
			if err := all[lang].load(name); err != nil {
				return nil, fmt.Errorf("web: %s: %w", name, err)
			}
		}
	}
	return all, nil
}

// load adds a file's texts: en.json, and a file for each larger part of the pages, such as en_sales.json.
func (t texts) load(name string) error {
	raw, err := localeFiles.ReadFile(name)
	if err != nil {
		return err
	}
	var more texts
	if err := json.Unmarshal(raw, &more); err != nil {
		return err
	}
	for key, text := range more {
		if _, twice := t[key]; twice {
			return fmt.Errorf("%s stands in another file, too", key)
		}
		t[key] = text
	}
	return nil
}

var allTexts = sync.OnceValues(loadTexts)

// Text is a text of the pages in a language, for answers elsewhere that use the same words; an unknown key or
// language shows the key.
func Text(lang, key string) string {
	all, err := allTexts()
	if err != nil {
		return key // the embedded files are tested
	}
	return all[lang].get(key)
}

// get fills a text's verbs; an unknown key shows itself, so that it is seen.
func (t texts) get(key string, args ...any) string {
	text, ok := t[key]
	if !ok {
		return key
	}
	if len(args) == 0 {
		return text
	}
	return fmt.Sprintf(text, args...)
}

// languageOf picks the page's language: ?lang= (kept in a cookie), the cookie, what the browser accepts.
func languageOf(c *gin.Context) string {
	if lang := c.Query("lang"); known(lang) {
		http.SetCookie(c.Writer, &http.Cookie{Name: languageCookie, Value: lang, Path: "/", MaxAge: languageMaxAge,
			HttpOnly: true, SameSite: http.SameSiteLaxMode})
		return lang
	}
	if cookie, err := c.Cookie(languageCookie); err == nil && known(cookie) {
		return cookie
	}
	_, index := language.MatchStrings(matcher, c.GetHeader("Accept-Language"))
	return languages[index]
}

func known(lang string) bool { return lang == "en" || lang == "de" }
