package coverage
import ("testing";"fmt";"math/rand/v2";"postlift/campaigns/planner/world";"os";"strconv")
func TestScratchRM(t *testing.T){
 n,_:=strconv.Atoi(os.Getenv("M")); if n==0 {t.Skip()}
 rng:=rand.New(rand.NewPCG(77,5))
 tl:=newTally()
 for i:=range n {
  tn:=newTown(rng,world.Hard,2000,0,0)
  for _,r:=range []string{"pairs","half"} {
  q:=blocksOf(2); if r=="half" {q=shareOf(.5)}
  c,_:=campaignOn(tn,q,rng)
  c.starts=[]int{0,91}
  o:=observed{play:&play{rng:rng,tally:newTally()},campaign:c,lift:0}
  o.in=c.reading(0,inHome.AddDays(1))
  o.contracts()
  for k,x:=range o.tally.rows { y:=tl.at(r+k.metric,0); y.shown+=x.shown; y.held+=x.held; y.high+=x.high; y.low+=x.low; y.held80+=x.held80;y.shown80+=x.shown80 }
  }
  _=i
 }
 for _,r:=range tl.list(Design{Bar:.93}) { fmt.Println(r.Metric, r.Shown,r.Share, r.TooHigh, r.TooLow,*r.Share80) }
}
