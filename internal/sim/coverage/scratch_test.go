package coverage
import ("testing";"context";"fmt";"os";"time";"strconv";"strings")
func TestScratch(t *testing.T){
 n,_:=strconv.Atoi(os.Getenv("N")); if n==0 {t.Skip()}
 names:=strings.Fields(os.Getenv("D"))
 if len(names)==0 { for _,d:=range Designs(){names=append(names,d.Name)} }
 for _,name:=range names {
  b:=time.Now()
  r,err:=Run(context.Background(),Settings{Campaigns:n,Seed:1,Designs:[]string{name},Parallel:1},nil)
  if err!=nil {t.Fatal(name,err)}
  fmt.Println(name, time.Since(b))
  for _,x:=range r.Rows { w:="";if x.Width!=nil{w=fmt.Sprintf("%.2f",*x.Width)}; s8:=""; if x.Share80!=nil{s8=fmt.Sprintf("%.3f",*x.Share80)}
   fmt.Printf("  %-42s %.2f n %5d miss %4d share %.3f bound %.3f hi %.3f lo %.3f s80 %s w %s %s | %s\n",x.Metric,x.Lift,x.Shown,x.Missing,x.Share,x.Bound,x.TooHigh,x.TooLow,s8,w,x.Result,x.Says()) }
 }
}
