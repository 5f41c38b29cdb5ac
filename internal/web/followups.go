package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"postlift"
	"postlift/campaigns"
	"postlift/responses"
)

// callDesk are the pages on calls after letters: the same on the staff's and on the sales people's listener.
type callDesk struct {
	*site
	calls FollowUps
}

// callsShown is how many letters of one state a page shows; the command line lists all.
const callsShown = 200

// callList is one part of a list: the letters of some states.
type callList struct {
	Name  string // key of its title
	Items []responses.FollowUp
	More  int // not shown
	Call  bool
}

// callsData is an owner's list.
type callsData struct {
	On      postlift.Date
	Today   postlift.Date
	Lists   []callList
	Results []string
	Key     string
	Mine    bool   // the owner's own page: results can be sent
	Links   bool   // to pages of the staff
	Owner   string // whose list the staff looks at
	Done    string
	Problem string
	At      string // the letter that the problem is about
}

// callParts are the parts of a list in the order of a working day.
var callParts = []struct {
	name   string
	states []string
	call   bool
}{
	{"calls.due", []string{responses.CallDue}, true},
	{"calls.later", []string{responses.CallLater}, true},
	{"calls.information", []string{responses.Information}, true},
	{"calls.done", []string{responses.CallDone, responses.CallBlocked, responses.CallLapsed}, false},
}

func partsOfList(items []responses.FollowUp) []callList {
	var lists []callList
	for _, part := range callParts {
		list := callList{Name: part.name, Call: part.call}
		for _, f := range items {
			switch {
			case !slices.Contains(part.states, f.State):
			case len(list.Items) == callsShown:
				list.More++
			default:
				list.Items = append(list.Items, f)
			}
		}
		if len(list.Items) > 0 || part.name == "calls.due" {
			lists = append(lists, list)
		}
	}
	return lists
}

// dayAsked reads ?on=; none is today.
func dayAsked(c *gin.Context) (postlift.Date, error) {
	if c.Query("on") == "" {
		return 0, nil
	}
	return postlift.ParseDate(c.Query("on"))
}

// ownersData is the staff's page: every owner with counts, or one owner's list.
type ownersData struct {
	On     postlift.Date
	Owners []responses.OwnerSummary
	States []string
}

// owners is the staff's page on calls.
func (d callDesk) owners(c *gin.Context) {
	on, err := dayAsked(c)
	if err != nil {
		d.fail(c, err)
		return
	}
	if owner := c.Query("owner"); owner != "" {
		list, err := d.calls.FollowUps(c.Request.Context(), owner, on)
		if err != nil {
			d.fail(c, err)
			return
		}
		d.show(c, http.StatusOK, list, callsData{Links: true, Owner: owner}, ownerName(list, owner))
		return
	}
	list, err := d.calls.FollowUpOwners(c.Request.Context(), on)
	if err != nil {
		d.fail(c, err)
		return
	}
	d.render(c, http.StatusOK, "followups", view{Title: "followups.title", Nav: "responses",
		Data: ownersData{On: on, Owners: list, States: []string{responses.CallDue, responses.CallLater, responses.CallDone, responses.CallLapsed, responses.CallBlocked, responses.Information}}})
}

func ownerName(list responses.FollowUpList, owner string) string {
	if len(list.Items) > 0 {
		return list.Items[0].Name
	}
	return owner
}

// list is an owner's own page. It tells of letters alone: accounts that were held out look like those that no
// campaign touched, because neither is there.
func (d callDesk) list(c *gin.Context) {
	who, ok := d.owner(c)
	if !ok {
		return
	}
	on, err := dayAsked(c)
	if err != nil {
		d.fail(c, err)
		return
	}
	data := callsData{Mine: true, Links: !d.public}
	if done := c.Query("done"); slices.Contains(responses.CallResults(), done) {
		data.Done = done
	}
	d.mine(c, http.StatusOK, who, on, data)
}

func (d callDesk) mine(c *gin.Context, status int, who responses.Owner, on postlift.Date, data callsData) {
	list, err := d.calls.FollowUps(c.Request.Context(), who.UID, on)
	if err != nil {
		d.fail(c, err)
		return
	}
	d.show(c, status, list, data, who.Name)
}

func (d callDesk) show(c *gin.Context, status int, list responses.FollowUpList, data callsData, subject string) {
	data.On, data.Lists, data.Results, data.Key = list.On, partsOfList(list.Items), responses.CallResults(), entryKey()
	data.Today = d.today(c)
	d.render(c, status, "sales", view{Title: "calls.title", Subject: subject, Nav: "responses", Data: data})
}

// today is the organisation's day; of UTC where the settings cannot be read.
func (s *site) today(c *gin.Context) postlift.Date {
	return postlift.DateOf(s.clock().In(s.zone(c.Request.Context())))
}

// report takes the result of a call from its owner.
func (d callDesk) report(c *gin.Context) {
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, maxForm)
	who, ok := d.owner(c)
	if !ok {
		return
	}
	r, err := callResult(c)
	if err == nil {
		err = d.calls.RecordCall(c.Request.Context(), r, &who, postlift.Person(who.Name))
	}
	switch postlift.KindOf(err) {
	case postlift.Invalid, postlift.Conflict:
		d.mine(c, statusOf[postlift.KindOf(err)], who, 0, callsData{Mine: true, Links: !d.public, Problem: postlift.UserText(err), At: r.PieceUID})
		return
	}
	if err != nil {
		d.fail(c, err)
		return
	}
	c.Header("Cache-Control", "no-store")
	c.Header("Location", "/sales/"+strings.ToUpper(c.Param("key"))+"?"+url.Values{"done": {r.Result}}.Encode())
	c.Status(http.StatusSeeOther)
}

func callResult(c *gin.Context) (r responses.CallResult, err error) {
	if err := c.Request.ParseForm(); err != nil {
		return r, postlift.Faultf(postlift.Invalid, "web.sales", "the form cannot be read, or is longer than %d bytes", maxForm)
	}
	form := c.Request.PostForm
	r = responses.CallResult{PieceUID: form.Get("piece"), Result: form.Get("result"), Note: form.Get("note")}
	if key := form.Get("key"); entryKeyForm.MatchString(key) {
		r.ID = "web-" + key + "-" + r.PieceUID
	}
	for _, day := range []struct {
		name string
		into *postlift.Date
	}{{"on", &r.On}, {"next", &r.NextOn}} {
		if text := form.Get(day.name); text != "" {
			if *day.into, err = postlift.ParseDate(text); err != nil {
				return r, err
			}
		}
	}
	return r, nil
}

// Called tells whether a treatment plans a call.
func (v *view) Called(treatment string) bool { return treatment == campaigns.TreatmentLetterAndCall }
