package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"postlift/internal/sim"
	"postlift/internal/web"
	"postlift/internal/web/report"
	"postlift/responses"
)

// visit scans the QR codes: each visit is a real GET against the public listener, at its own time.
func (d *demo) visit(ctx context.Context, visits []sim.Visit) (err error) {
	service, err := d.responses(ctx)
	if err != nil {
		return err
	}
	handler, err := web.Public(web.PublicOptions{Health: d.db, Visits: service, Clock: d.clock, Log: d.log})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	defer func() {
		err = errors.Join(err, server.Close())
		if stopped := <-served; !errors.Is(stopped, http.ErrServerClosed) {
			err = errors.Join(err, stopped)
		}
	}()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, v := range visits {
		d.at = v.At
		if err := scan(ctx, client, "http://"+listener.Addr().String()+"/r/"+v.Token); err != nil {
			return err
		}
	}
	return nil
}

// scan follows one tracking link and expects to be led on.
func scan(ctx context.Context, client *http.Client, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusFound {
		return fmt.Errorf("the tracking link answered %s instead of leading to the landing page", res.Status)
	}
	return nil
}

// writeReports keeps the measurement as JSON and as a page in both languages.
func (d *demo) writeReports(u responses.Uplift) error {
	raw, err := json.MarshalIndent(u, "", "  ")
	if err != nil {
		return err
	}
	path := filepath.Join(d.dir, "uplift.json")
	if err := os.WriteFile(path, append(raw, '\n'), 0o640); err != nil {
		return err
	}
	d.keep("uplift as data", path)
	for _, lang := range []string{"en", "de"} {
		path := filepath.Join(d.dir, "uplift-"+lang+".html")
		f, err := os.Create(path)
		if err != nil {
			return err
		}
		if err := errors.Join(report.Write(f, u, lang), f.Close()); err != nil {
			return err
		}
		d.keep("uplift report ("+lang+")", path)
	}
	d.keep("imported files", filepath.Join(d.dir, "data"))
	d.keep("database", filepath.Join(d.dir, "postlift.db"))
	return nil
}
