package web

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"postlift"
	"postlift/responses"
)

// Tasks lists what a person has to look after because of what came back; responses.Service is one.
type Tasks interface {
	Tasks(ctx context.Context, all bool) ([]responses.Task, error)
}

// TaskOptions are what the page of tasks needs.
type TaskOptions struct {
	Tasks Tasks
}

// tasksShown bounds the page: postlift task list --csv has them all.
const tasksShown = 500

// taskPage answers the page of tasks.
type taskPage struct {
	*site
	tasks Tasks
}

// tasksPages are the page of what a person has to look after.
func (o TaskOptions) tasksPages(s *site) map[string]gin.HandlerFunc {
	return map[string]gin.HandlerFunc{"/tasks": taskPage{site: s, tasks: o.Tasks}.list}
}

// taskGroup is the tasks of one kind.
type taskGroup struct {
	Kind    string
	Command string // what closes one of them
	Tasks   []taskLine
}

// taskLine is a task as the page shows it.
type taskLine struct {
	responses.Task
	Since postlift.Date
}

// tasksData is the page of tasks.
type tasksData struct {
	Groups []taskGroup
	Total  int
	More   int  // not shown
	All    bool // decided ones, too
}

// taskCommands close a task of a kind.
var taskCommands = map[string]string{
	responses.DecideObjection: "postlift task done TASK --accept --by NAME",
	responses.NewAddress:      "postlift task done TASK --accept --by NAME",
	responses.FindSuccessor:   "postlift task done TASK --by NAME",
	responses.Unmatched:       "postlift task done TASK --accept --account ID --by NAME",
}

func (p taskPage) list(c *gin.Context) {
	data := tasksData{All: c.Query("all") == "1"}
	list, err := p.tasks.Tasks(c.Request.Context(), data.All)
	if err != nil {
		p.fail(c, err)
		return
	}
	data.Total, data.More = len(list), max(len(list)-tasksShown, 0)
	list = list[:len(list)-data.More]
	for _, kind := range responses.TaskKinds {
		group := taskGroup{Kind: kind, Command: taskCommands[kind]}
		for _, t := range list {
			if t.Kind == kind {
				group.Tasks = append(group.Tasks, taskLine{Task: t, Since: postlift.DateOf(t.OpenedAt)})
			}
		}
		if len(group.Tasks) > 0 {
			data.Groups = append(data.Groups, group)
		}
	}
	p.render(c, http.StatusOK, "tasks", view{Title: "tasks.title", Nav: "responses", Data: data})
}
