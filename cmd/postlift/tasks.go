package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/responses"
)

func newTaskCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "task",
		Short: "What a person has to look after because of what came back",
		Long: `Returned and refused letters, and events that name nobody who is known, leave tasks:
  objection_candidate  a letter was refused: is that an objection to advertising? --accept blocks the recipient
  new_address          the post told a new address: --accept enters it and lifts the block of the old one
  find_successor       the addressee is unknown, gone or deceased: import who reads such letters now, then done
  unmatched            an event names no account, or several: --accept --account ID records it there
Each task is decided once, and the decision is kept with its name.`,
		Example: `  postlift task list
  postlift task done tsk_01jx… --accept --by "Kim Muster"`,
	}
	cmd.AddCommand(newTaskListCommand(a), newTaskShowCommand(a), newTaskDoneCommand(a))
	return cmd
}

func newTaskListCommand(a *app) *cobra.Command {
	var all, table bool
	cmd := &cobra.Command{
		Use: "list", Short: "List open tasks",
		Example: "  postlift task list\n  postlift task list --all --csv > tasks.csv\n  postlift task list --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if table && a.json {
				return postlift.Faultf(postlift.Invalid, "task list", "--csv and --json exclude each other")
			}
			service, err := a.responses(cmd.Context())
			if err != nil {
				return err
			}
			list, err := service.Tasks(cmd.Context(), all)
			if err != nil {
				return err
			}
			if table {
				return writeTasks(a.out, list)
			}
			if list == nil {
				list = []responses.Task{}
			}
			return a.print(list, func(w io.Writer) { printTasks(w, list) })
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "decided ones, too")
	cmd.Flags().BoolVar(&table, "csv", false, "answer as CSV")
	return cmd
}

var taskHeader = []string{"id", "kind", "opened", "account_id", "account", "contact", "address", "reason", "new_company", "new_street", "new_postcode",
	"new_city", "new_country", "successor", "words", "piece_id", "decision", "by", "note"}

// writeTasks writes the list with a header. What a spreadsheet would take for a formula is kept from being one.
func writeTasks(w io.Writer, list []responses.Task) error {
	out := csv.NewWriter(w)
	if err := out.Write(taskHeader); err != nil {
		return err
	}
	for _, t := range list {
		var told responses.Told
		if t.Detail.Told != nil {
			told = *t.Detail.Told
		}
		row := []string{t.ID, t.Kind, t.OpenedAt.Format(time.DateOnly), t.AccountID, t.Account, t.Contact, t.Address, t.Reason, told.Company,
			told.Street, told.Postcode, told.City, told.Country, told.Successor, t.Detail.Words, t.PieceID, t.Decision, t.By, t.Note}
		for i := range row {
			row[i] = plainCell(row[i])
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func printTasks(w io.Writer, list []responses.Task) {
	if len(list) == 0 {
		fmt.Fprintln(w, "no open tasks")
		return
	}
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "TASK\tKIND\tSINCE\tABOUT\tREASON\tTOLD\tDECISION")
	for _, t := range list {
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", t.ID, t.Kind, t.OpenedAt.Format(time.DateOnly), t.About(), t.Reason, t.Detail.Text(), t.Decision)
	}
	_ = tw.Flush() // errors of the terminal show at the end
	fmt.Fprintln(w, "\nnext: postlift task done TASK --by NAME --accept, or --reject")
}

func newTaskShowCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "show TASK", Short: "Show one task", Example: "  postlift task show tsk_01jx…", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			service, err := a.responses(cmd.Context())
			if err != nil {
				return err
			}
			t, err := service.Task(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return a.print(t, func(w io.Writer) { printTask(w, t) })
		},
	}
}

func printTask(w io.Writer, t responses.Task) {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, line := range [][2]string{{"task", t.ID}, {"kind", t.Kind}, {"about", t.About()}, {"address", t.Address}, {"letter", t.PieceID},
		{"reason", t.Reason}, {"told", t.Detail.Text()}, {"event", t.Source + " " + t.ExternalID}, {"since", t.OpenedAt.Format(time.DateOnly)},
		{"decision", t.Decision}, {"by", t.By}, {"note", t.Note}} {
		if line[1] != "" {
			fmt.Fprintf(tw, "%s\t%s\n", line[0], line[1])
		}
	}
	_ = tw.Flush() // errors of the terminal show at the end
}

func newTaskDoneCommand(a *app) *cobra.Command {
	var by string
	var accept, reject bool
	var d responses.TaskDecision
	cmd := &cobra.Command{
		Use: "done TASK --by NAME", Short: "Close a task, with its effect where it is accepted",
		Example: `  postlift task done tsk_01jx… --accept --by "Kim Muster"
  postlift task done tsk_01jx… --reject --by "Kim Muster" --note "wanted no more paper, mail is fine"
  postlift task done tsk_01jx… --accept --account K-1004 --by "Kim Muster"`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case accept && reject:
				return postlift.Faultf(postlift.Invalid, "task done", "--accept and --reject exclude each other")
			case accept:
				d.Decision = responses.TaskAccepted
			case reject:
				d.Decision = responses.TaskRejected
			default:
				d.Decision = responses.TaskDone
			}
			service, err := a.responses(cmd.Context())
			if err != nil {
				return err
			}
			t, err := service.DecideTask(cmd.Context(), args[0], d, a.actor(by))
			if err != nil {
				return err
			}
			return a.print(t, func(w io.Writer) { fmt.Fprintf(w, "%s %s: %s by %s\n", t.Kind, t.ID, t.Decision, t.By) })
		},
	}
	f := cmd.Flags()
	f.StringVar(&by, "by", "", "your name")
	f.BoolVar(&accept, "accept", false, "yes: with the effect that the kind of task has")
	f.BoolVar(&reject, "reject", false, "no: without an effect")
	f.StringVar(&d.Account, "account", "", "the account that an unmatched event belongs to, by its id in the event's source")
	f.StringVar(&d.Note, "note", "", "what you found out")
	_ = cmd.MarkFlagRequired("by") // fails only for a flag that does not exist
	return cmd
}
