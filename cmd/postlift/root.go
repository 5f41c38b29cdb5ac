package main

import (
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"postlift"
)

// rootCommand assembles the command line. Commands that later issues bring are absent, not hidden.
func (a *app) rootCommand() *cobra.Command {
	var data string
	root := &cobra.Command{
		Use:   "postlift",
		Short: "Direct mail steered by customer lifetime value",
		Long: `postlift turns customer lifetime value into letters and measures what they earn:
import data, score every account, select by rule, hold out a random control group,
render print-ready PDFs, hand them to a print vendor, attribute what comes back and
read the uplift in money with an interval.

Start with:   postlift demo          a whole company, made up, in one command
              postlift init          your own data, step by step`,
		Version:       version(),
		SilenceUsage:  true,
		SilenceErrors: true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			return a.setup(cmd, data)
		},
	}
	root.PersistentFlags().BoolVar(&a.json, "json", false, "answer with one JSON document on stdout")
	root.PersistentFlags().StringVar(&data, "data", "", "data folder (default $POSTLIFT_DATA or ./postlift-data)")
	cobra.EnableCommandSorting = false
	root.CompletionOptions.HiddenDefaultCmd = true
	for _, make := range commands {
		root.AddCommand(make(a))
	}
	for _, c := range root.Commands() {
		a.refuseUnknown(c)
	}
	a.markStart(root)
	return root
}

// version is what this program was built from, as far as the build knows: the module's version and the
// revision of its source.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	return versionOf(info)
}

func versionOf(info *debug.BuildInfo) string {
	text := strings.Trim(info.Main.Version, "()")
	if text == "" {
		text = "devel"
	}
	values := map[string]string{}
	for _, s := range info.Settings {
		values[s.Key] = s.Value
	}
	if revision := values["vcs.revision"]; revision != "" {
		text += ", revision " + revision[:min(len(revision), 12)]
	}
	if values["vcs.modified"] == "true" {
		text += " with changes"
	}
	return text + ", " + info.GoVersion
}

// refuseUnknown makes a command that only groups others answer with help when it stands alone, and refuse
// a name that it does not have: cobra would print help and call that a success.
func (a *app) refuseUnknown(cmd *cobra.Command) {
	if !cmd.HasSubCommands() {
		return
	}
	for _, sub := range cmd.Commands() {
		a.refuseUnknown(sub)
	}
	if cmd.Runnable() {
		return
	}
	cmd.Args = cobra.ArbitraryArgs
	cmd.RunE = func(c *cobra.Command, args []string) error {
		if len(args) == 0 && !a.json {
			return c.Help()
		}
		var names []string
		for _, sub := range c.Commands() {
			names = append(names, sub.Name())
		}
		return postlift.Faultf(postlift.Invalid, c.Name(), "%s needs one of %s", c.CommandPath(), strings.Join(names, ", "))
	}
}

// markStart notes when a command's own work begins: an error before it is a wrong command line.
func (a *app) markStart(cmd *cobra.Command) {
	if work := cmd.RunE; work != nil {
		cmd.RunE = func(c *cobra.Command, args []string) error {
			a.started = true
			return work(c, args)
		}
	}
	for _, sub := range cmd.Commands() {
		a.markStart(sub)
	}
}

// commands lists every top-level command in the order of the help text.
var commands = []func(*app) *cobra.Command{
	newDemoCommand,
	newInitCommand,
	newMigrateCommand,
	newImportCommand,
	newCLVCommand,
	newAccountsCommand,
	newRuleCommand,
	newSegmentCommand,
	newCampaignCommand,
	newBatchCommand,
	newDesignCommand,
	newRenderCommand,
	newPreflightCommand,
	newFollowUpCommand,
	newResponseCommand,
	newReportCommand,
	newMeasureCommand,
	newLearnCommand,
	newExperimentCommand,
	newProgrammeCommand,
	newTaskCommand,
	newPrivacyCommand,
	newServeCommand,
	newWorkCommand,
	newBenchCommand,
	newSimulateCommand,
}
