package world

import (
	"encoding/json"
	"os"
	"strconv"
	"testing"
	"time"

	"postlift/campaigns/planner"
)

func TestScratch(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv("N"))
	worlds, _ := strconv.Atoi(os.Getenv("W"))
	camps, _ := strconv.Atoi(os.Getenv("C"))
	exp, _ := strconv.ParseFloat(os.Getenv("E"), 64)
	s := Study{Market: Hard, Companies: n, Days: 90, Windows: 7, Lifts: []float64{0, .1, .25}, Worlds: worlds, Campaigns: camps, Expected: planner.Lift{Mean: exp, SD: exp / 2}, Seed: 77}
	for _, d := range []*planner.Design{nil, {Kind: planner.Holdout, Share: .1}, {Kind: planner.Holdout, Share: .5}, {Kind: planner.Pairs}, {Kind: planner.Pairs, Block: 5}, {Kind: planner.InWaves, Waves: 2}, {Kind: planner.InWaves, Waves: 4}, {Kind: planner.Programme, Months: 12, TopPercent: 2}} {
		if d != nil && os.Getenv("ONLY") != "" {
			continue
		}
		s.Design = d
		at := time.Now()
		lines, err := s.Run(nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range lines {
			raw, _ := json.Marshal(l)
			t.Log(string(raw))
		}
		t.Log(time.Since(at))
	}
}
