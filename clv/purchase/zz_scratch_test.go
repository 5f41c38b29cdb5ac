package purchase
import ("testing";"time";"math/rand/v2";"runtime")
func TestScratch(t *testing.T){
 for _, n := range []int{100000, 1000000} {
 tally := levelWorld(t, n, rand.New(rand.NewPCG(1,2)))
 for _, name := range []string{ModelBGNBD, ModelMBGCNBD, ModelParetoNBD} {
  if n > 500000 && name == ModelParetoNBD { continue }
  runtime.GC()
  var m0,m1 runtime.MemStats
  runtime.ReadMemStats(&m0)
  at := time.Now()
  b, err := FitByLevel(name, tally, 0, Options{K:2})
  if err != nil { t.Fatal(err) }
  d := time.Since(at)
  runtime.ReadMemStats(&m1)
  at = time.Now()
  rows := allRows(tally.Patterns(b.Design))
  e := time.Since(at)
  at = time.Now()
  if _, err := Fit(name, rows, Options{K:2}); err != nil { t.Fatal(err) }
  t.Log(n, name, d, "patterns", e, "plain", time.Since(at), len(rows), (m1.TotalAlloc-m0.TotalAlloc)>>20, (m1.Sys)>>20)
 }}
}
