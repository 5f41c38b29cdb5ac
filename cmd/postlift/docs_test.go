package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"postlift/accounts"
	"postlift/campaigns"
)

// TestDocumentedCommandsExist: every command line in the documentation names a command and flags that there are.
func TestDocumentedCommandsExist(t *testing.T) {
	checked := 0
	for _, file := range []string{"../../README.md", "../../docs/campaigns.md", "../../docs/clv.md", "../../docs/bridge.md", "../../docs/closed-loop.md",
		"../../docs/experiment.md", "../../docs/followup.md", "../../docs/learning.md", "../../docs/programmes.md", "../../docs/responses.md", "../../docs/small-lists.md"} {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Skipf("no documentation to check: %v", err)
		}
		for _, line := range commandLines(string(raw)) {
			checked++
			if problem := wrongCommand(line); problem != "" {
				t.Errorf("%s: %s: %s", file, line, problem)
			}
		}
	}
	if checked < 40 {
		t.Errorf("only %d command lines were found", checked)
	}
	for _, wrong := range []string{"rule chek 'x'", "campaign run x --wafe 2"} {
		if wrongCommand(wrong) == "" {
			t.Errorf("%q passes", wrong)
		}
	}
}

var (
	shellBlock  = regexp.MustCompile("(?s)```sh\n(.*?)```")
	hereText    = regexp.MustCompile(`(?s)<<'END'\n.*?\nEND\n`)
	commandLine = regexp.MustCompile(`(?m)^(?:\./postlift|postlift|go run \./cmd/postlift) +(.*)$`)
	quoted      = regexp.MustCompile(`'[^']*'|"[^"]*"`)
	longFlag    = regexp.MustCompile(`--([a-z][a-z-]*)`)
)

// commandLines are the program's command lines in the shell blocks of a text, without what stands in quotes or behind #.
func commandLines(text string) []string {
	var lines []string
	for _, block := range shellBlock.FindAllStringSubmatch(text, -1) {
		for _, line := range commandLine.FindAllStringSubmatch(hereText.ReplaceAllString(block[1], "\n"), -1) {
			plain, _, _ := strings.Cut(quoted.ReplaceAllString(line[1], "x"), "#")
			lines = append(lines, strings.TrimSpace(plain))
		}
	}
	return lines
}

// wrongCommand tells what a command line names that there is not; "" where all is well.
func wrongCommand(line string) string {
	words := strings.Fields(line)
	cmd, rest, err := (&app{}).rootCommand().Find(words)
	if err != nil {
		return err.Error()
	}
	if cmd.HasSubCommands() && len(rest) > 0 && !strings.HasPrefix(rest[0], "-") {
		return "there is no command " + rest[0]
	}
	for _, flag := range longFlag.FindAllStringSubmatch(line, -1) {
		if cmd.Flags().Lookup(flag[1]) == nil && cmd.InheritedFlags().Lookup(flag[1]) == nil {
			return "there is no flag --" + flag[1]
		}
	}
	return ""
}

// TestDocumentedCampaignsAreRight: the campaign files in the documentation are read and have no findings of their own.
func TestDocumentedCampaignsAreRight(t *testing.T) {
	raw, err := os.ReadFile("../../docs/campaigns.md")
	if err != nil {
		t.Skipf("no documentation to check: %v", err)
	}
	files := regexp.MustCompile(`(?s)cat > \w+\.yaml <<'END'\n(.*?)\nEND\n`).FindAllStringSubmatch(string(raw), -1)
	if len(files) < 2 {
		t.Fatalf("%d campaign files in the documentation", len(files))
	}
	for _, file := range files {
		d, err := campaigns.DecodeDefinition(strings.NewReader(file[1]))
		if err != nil {
			t.Errorf("%v in\n%s", err, file[1])
			continue
		}
		if _, err := d.Complete(accounts.DefaultSettings(), func(string, ...string) string { return "salt" }); err != nil {
			t.Errorf("%s: %v", d.Name, err)
		}
	}
}
