package codes

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
	"rsc.io/qr"
	"rsc.io/qr/coding"
)

func TestQRReadsBack(t *testing.T) {
	texts := rapid.OneOf(rapid.StringOfN(rapid.RuneFrom([]rune("0123456789")), 0, 400, -1), rapid.StringN(0, 300, 1000),
		rapid.StringMatching(`https://[a-zäöü.]{5,40}/[A-Z0-9]{0,40}`), rapid.StringMatching(`[a-z]{0,20}[0-9]{0,60}`))
	rapid.Check(t, func(rt *rapid.T) {
		text := texts.Draw(rt, "text")
		level := Level(rapid.IntRange(0, int(levels)-1).Draw(rt, "level"))
		m, err := QRLevel(text, level)
		if err != nil {
			rt.Fatal(err)
		}
		got, at := readQR(t, m)
		if got != text || at != level.String() {
			rt.Fatalf("read %q at level %s, want level %s", got, at, level)
		}
	})
}

// TestQREveryVersion fills all 160 symbols, which takes every block structure and either penalty count.
func TestQREveryVersion(t *testing.T) {
	for v := 1; v <= maxVersion; v++ {
		for l := range levels {
			text := strings.Repeat("a", capacityQR(v, l)-(4+countBits(bytewise, v)+7)/8)
			m, err := QRLevel(text, l)
			if err != nil {
				t.Fatal(err)
			}
			if m.W != 17+4*v {
				t.Fatalf("%d characters at level %s made %d modules, want version %d", len(text), l, m.W, v)
			}
			if got, _ := readQR(t, m); got != text {
				t.Fatalf("version %d, level %s: read %q", v, l, got)
			}
		}
	}
}

// With the mask that rsc.io/qr always takes, and without a tail packed apart, modules equal rsc.io/qr's.
func TestQREqualsItsBase(t *testing.T) {
	for _, text := range []string{"postlift", "HELLO WORLD", "0123456789", strings.Repeat("Straße ", 40)} {
		want, err := qr.Encode(text, qr.M)
		if err != nil {
			t.Fatal(err)
		}
		plan, err := planQR((want.Size-17)/4, LevelM)
		if err != nil {
			t.Fatal(err)
		}
		head, _ := splitQR(text, plan.version)
		g := newGrid(plan.size, plan.size)
		for i, c := range plan.codewords(&qrWork{}, text, head) {
			for bit := range 8 {
				if p := plan.place[i*8+bit]; c>>(7-bit)&1 != 0 {
					g.set(int(p.x), int(p.y))
				}
			}
		}
		g.xor(plan.blank[0].rows)
		for y := range want.Size {
			for x := range want.Size {
				if g.dark(x, y) != want.Black(x, y) {
					t.Fatalf("%q: module %d, %d differs", text, x, y)
				}
			}
		}
	}
}

// The count of many modules at a time is the count module by module.
func TestPenaltiesAgree(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		size := rapid.IntRange(21, 61).Draw(rt, "size")
		g := newGrid(size, size)
		density := rapid.IntRange(1, 5).Draw(rt, "density")
		for y := range size {
			for x := range size {
				if rapid.IntRange(0, 5).Draw(rt, "v") < density {
					g.set(x, y)
				}
			}
		}
		if fast, slow := fastLines(g.words, size), g.slowLines(); fast != slow {
			rt.Fatalf("lines: %d at a time, %d one by one", fast, slow)
		}
		if fast, slow := fastBlocks(g.words, size), g.slowBlocks(); fast != slow {
			rt.Fatalf("blocks: %d at a time, %d one by one", fast, slow)
		}
	})
}

// A line of a finder with light on either side, counted by hand: a run of five dark would add to it.
func TestPenaltyOfAKnownLine(t *testing.T) {
	g := newGrid(21, 21)
	for _, x := range []int{4, 6, 7, 8, 10} { // 0000 1 0 111 0 1 0000 000000
		g.set(x, 0)
	}
	// two finders, ten light modules at the end; twenty more light lines of 21 modules
	want := 2*weightFinder + (3 + 5) + 20*(3+16)
	if got := fastLines(g.words, 21); got != want {
		t.Errorf("got %d, want %d", got, want)
	}
}

// An address of 46 characters takes version 4 as bytes (41 of them would fit version 3), version 3 with its
// token packed apart.
func TestTailPackedApartIsSmaller(t *testing.T) {
	const short = "https://a.example/r/7ZK3M9QXPTB0W4V8N2C6RJ5D1F"
	m, err := QR(short)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := qr.Encode(short, qr.M)
	if err != nil {
		t.Fatal(err)
	}
	if m.W != 29 || plain.Size != 33 {
		t.Errorf("%d modules, want 29; all as bytes %d, want 33", m.W, plain.Size)
	}
}

func TestQRRefuses(t *testing.T) {
	if _, err := QRLevel(strings.Repeat("x", 1274), LevelH); err == nil {
		t.Error("1,274 bytes at level H were taken; version 40 holds 1,273")
	}
	if _, err := QRLevel("x", levels); err == nil {
		t.Error("an unknown level was taken")
	}
	if _, err := ParseLevel("X"); err == nil {
		t.Error("level X was read")
	}
	if l, err := ParseLevel("Q"); err != nil || l != LevelQ || coding.Level(l) != coding.Q {
		t.Errorf("level Q is %v, %v", l, err)
	}
}

func BenchmarkQR(b *testing.B) {
	texts := make([]string, 64)
	for i := range texts {
		texts[i] = fmt.Sprintf("https://antwort.example/r/7ZK3M9QXPTB0W4V8N2C6RJ5D%02d", i)
	}
	b.Run("encode", func(b *testing.B) {
		b.ReportAllocs()
		var w qrWork
		for i := 0; b.Loop(); i++ {
			if _, err := w.encode(texts[i%64], LevelM); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("merge", func(b *testing.B) {
		g, err := new(qrWork).encode(texts[0], LevelM)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		for b.Loop() {
			g.merge(nil)
		}
	})
	b.Run("base", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			if _, err := qr.Encode(texts[i%64], qr.M); err != nil {
				b.Fatal(err)
			}
		}
	})
}
