package clv_test

import (
	"postlift"
	"postlift/clv/clvtest"
	"postlift/clv/tables"
	"testing"
)

// cdnow is the CDNOW sample up to the end of its calibration period.
func cdnow(t testing.TB) tables.OrderLog {
	t.Helper()
	log, counts, err := tables.ReadOrders(clvtest.DataFile(t, "clv/CDNOW_sample.txt"), tables.LogOptions{
		Customer: 2, Date: 3, Value: 5, DateLayout: "20060102", Until: postlift.MustDate("1997-09-30"),
	})
	if err != nil {
		t.Fatal(err)
	}
	if counts.Rows != 6919 || counts.Used+counts.AfterUntil != 6919 || counts.Header {
		t.Errorf("counts %+v: want 6919 rows without a header, all used or after the end", counts)
	}
	if len(log.IDs) != 2357 {
		t.Errorf("%d customers, want 2357", len(log.IDs))
	}
	return log
}
