package web

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"postlift"
	"postlift/campaigns/rules"
)

// buildData is a rule that is put together, with what it says so far.
type buildData struct {
	Root   *draft
	Fields []fieldGroup
	Trial  ruleTrial // the text that the draft stands for; checked and counted once every condition is good
	Full   bool      // no more parts fit
}

// fieldGroup are the fields of a level, for a list to choose from.
type fieldGroup struct {
	Key    string // of the level's title
	Fields []*rules.Field
}

// fieldGroups sorts the catalogue by level, the organisation's own attributes last.
func fieldGroups(c *rules.Catalogue) []fieldGroup {
	groups := []fieldGroup{{Key: string(rules.OfCompany)}, {Key: string(rules.OfGroup)}, {Key: string(rules.OfSite)}, {Key: string(rules.OfContact)}, {Key: "custom"}}
	for _, f := range c.Fields() {
		key := string(f.Level)
		if f.Custom {
			key = "custom"
		}
		for i := range groups {
			if groups[i].Key == key {
				groups[i].Fields = append(groups[i].Fields, f)
			}
		}
	}
	return groups
}

// ruleBuild shows the builder. Everything that it works on is in the address, so that it needs no script and keeps
// nothing.
func (s *staff) ruleBuild(c *gin.Context) {
	ctx, lang := c.Request.Context(), languageOf(c)
	catalogue, err := s.campaigns.Catalogue(ctx)
	if err != nil {
		s.fail(c, err)
		return
	}
	data := buildData{Fields: fieldGroups(catalogue), Trial: ruleTrial{AsOf: s.ruleDay(c)}}
	if data.Root, err = buildRoot(c, catalogue); err != nil {
		s.fail(c, err)
		return
	}
	do := c.Query("do")
	changed := strings.Contains(do, " ") && data.Root.change(do)
	explain := func(_ *draft, err error) string {
		text := postlift.UserText(err)
		return strings.TrimPrefix(text, place.FindString(text))
	}
	text, sound := data.Root.text(catalogue, explain)
	if changed || do == "" && c.Query("rule") == "" {
		data.Root.forgive() // nobody has finished yet
	}
	data.Full = data.Root.size() >= draftParts
	if sound {
		data.Trial.Text = text
		if tree, err := catalogue.Parse(text); err == nil {
			data.Trial.Text = tree.Text()
		}
		err = s.try(ctx, &data.Trial, catalogue, do == "count", lang)
	}
	if err != nil {
		s.fail(c, err)
		return
	}
	s.render(c, http.StatusOK, "rule_build", view{Title: "build.title", Nav: "rules", Data: data, Fields: catalogue})
}

// buildRoot is the draft of the form or, at first, of a rule's text.
func buildRoot(c *gin.Context, catalogue *rules.Catalogue) (*draft, error) {
	text := c.Query("rule")
	if strings.TrimSpace(text) == "" {
		return draftFrom(c.Request.URL.Query()), nil
	}
	tree, err := catalogue.Parse(text)
	if err != nil {
		return nil, err
	}
	root := draftOf(tree)
	if root.size() > draftParts || root.deepest() > draftDepth {
		return nil, postlift.Faultf(postlift.Invalid, "web.build", "the rule has more parts or levels than this page takes (%d and %d); change its text instead", draftParts, draftDepth)
	}
	return root, nil
}

// deepest is the level of the lowest part.
func (d *draft) deepest() int {
	most := d.Depth
	for _, part := range d.Parts {
		most = max(most, part.deepest())
	}
	return most
}

// forgive takes back what is wrong with conditions that are still empty.
func (d *draft) forgive() {
	if d.Value == "" {
		d.Wrong = ""
	}
	for _, part := range d.Parts {
		part.forgive()
	}
}

// Compares are the comparisons that can be chosen.
func (buildData) Compares() []string { return draftCompares }

// Groups are the ways to join parts.
func (buildData) Groups() []string { return draftGroups }

// Deep tells whether a group may hold further groups.
func (d *draft) Deep() bool { return d.Depth < draftDepth-1 }

// No is the place within the group, from 1.
func (d *draft) No() int { return d.Index + 1 }

// Last tells whether nothing follows within the group.
func (d *draft) Last() bool { return d.Index == d.Of-1 }
