package typeset

import (
	"fmt"
	"testing"
)

func TestSmoke(t *testing.T) {
	f := family(t)
	for _, c := range []struct {
		m int
		a Align
		h string
	}{{165000, Justified, "de"}, {60000, Justified, "de"}, {60000, Left, "de"}, {60000, Left, ""}, {35000, Justified, "de"}} {
		l, err := f.Break(plain(germanLetter), Options{Size: 10500, Measure: c.m, Align: c.a, Hyphenate: c.h})
		if err != nil {
			t.Error(err)
		}
		fmt.Println(texts(l))
		fmt.Println(l[0].Width, l[1].Width)
		for _, x := range l {
			for _, r := range x.Runs {
				if e := measured(f, r, 10500); e != nil {
					t.Error(e)
				}
			}
		}
	}
	for _, w := range []string{"Donaudampfschifffahrt", "Arbeitsvertrag", "Wiederholung", "Urinstinkt", "Rahmenvereinbarung"} {
		fmt.Println(w, hyphenators[german]().places(w, nil))
	}
	for _, w := range []string{"hyphenation", "supercalifragilisticexpialidocious", "project"} {
		fmt.Println(w, hyphenators[american]().places(w, nil), hyphenators[british]().places(w, nil))
	}
}
