package letter

import (
	"fmt"
	"testing"
)

// Setting the reference letter: about 250 words, the greater part shared, QR code and DataMatrix of its own. Each
// piece has its own data, so that nothing of the last one can be used again but what the design shares.
func BenchmarkCompose(b *testing.B) {
	c := compiled(b, "reference")
	pieces := make([]Piece, 256)
	for i := range pieces {
		p := loadPiece(b, "de")
		p.Seq = i + 1
		p.ID = fmt.Sprintf("pc_01jmtestde%016d", i)
		p.TrackingURL = fmt.Sprintf("https://antwort.example/r/WAEX9QEPTZVKWWQ89HJYD4%04d", i)
		p.Code = fmt.Sprintf("BJ7KEFQ%04d", i)
		group(p, "account")["name"] = fmt.Sprintf("Erfundene Blechwerke %d", i)
		group(p, "contact")["last_name"] = fmt.Sprintf("Süßkind%c", rune(97+i%26))
		p.Address[0] = fmt.Sprintf("Erfundene Blechwerke %d", i)
		pieces[i] = p
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if _, err := c.Compose(pieces[i%len(pieces)]); err != nil {
			b.Fatal(err)
		}
		i++
	}
}
