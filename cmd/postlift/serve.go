package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/internal/jobs"
	"postlift/internal/web"
	"postlift/responses"
)

// shutdownTime is how long requests in flight may take after the signal to stop.
const shutdownTime = 10 * time.Second

func newServeCommand(a *app) *cobra.Command {
	var migrate bool
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the pages for people and the tracking links of letters",
		Long: `Two listeners: the public one answers the tracking links in letters (/r/…) and shows the built-in
pages of campaigns (/l/…), the staff one shows everything else. A third, POSTLIFT_SALES_ADDR, shows sales
people their own lists and nothing else. There is no log-in yet, so the staff pages bind to loopback unless
POSTLIFT_TRUST_STAFF_NETWORK says that the network itself keeps strangers out.
Both answer /healthz and /readyz. Letters are rendered by "campaign run" and "work", not here.`,
		Example: "  postlift serve\n  postlift serve --migrate\n  POSTLIFT_PUBLIC_ADDR=0.0.0.0:8080 postlift serve",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if migrate || a.cfg.Migrate {
				db, err := a.storeUnchecked(cmd.Context())
				if err != nil {
					return err
				}
				if _, err := db.Migrate(cmd.Context()); err != nil {
					return err
				}
			}
			return a.serve(cmd.Context(), a.announce)
		},
	}
	cmd.Flags().BoolVar(&migrate, "migrate", false, "bring the database schema up to date first (also POSTLIFT_MIGRATE)")
	return cmd
}

// announce prints where the pages are.
func (a *app) announce(public, staff string) {
	fmt.Fprintf(a.errOut, "pages for people   %s\ntracking links     %s/r/…\nstop with Ctrl+C\n", staff, public)
}

// serve listens on the configured addresses until ctx ends; ready hears both base addresses once they
// answer.
func (a *app) serve(ctx context.Context, ready func(public, staff string)) error {
	return a.serveOn(ctx, net.Listen, ready)
}

// serveDemo serves a demo: on the configured addresses, or on free ports where those are taken.
func (a *app) serveDemo(ctx context.Context) error {
	listen := func(network, addr string) (net.Listener, error) {
		l, err := net.Listen(network, addr)
		if errors.Is(err, syscall.EADDRINUSE) {
			fmt.Fprintf(a.errOut, "%s is taken: another port is used\n", addr)
			return net.Listen(network, "127.0.0.1:0")
		}
		return l, err
	}
	return a.serveOn(ctx, listen, a.announce)
}

func (a *app) serveOn(ctx context.Context, listen func(network, addr string) (net.Listener, error), ready func(public, staff string)) error {
	public, staff, err := a.handlers(ctx)
	if err != nil {
		return err
	}
	publicListener, err := listen("tcp", a.cfg.PublicAddr)
	if err != nil {
		return cannotListen("POSTLIFT_PUBLIC_ADDR", a.cfg.PublicAddr, err)
	}
	staffListener, err := listen("tcp", a.cfg.StaffAddr)
	if err != nil {
		return errors.Join(cannotListen("POSTLIFT_STAFF_ADDR", a.cfg.StaffAddr, err), publicListener.Close())
	}
	db, err := a.store(ctx)
	if err != nil {
		return errors.Join(err, publicListener.Close(), staffListener.Close())
	}
	defer jobs.Hourly(ctx, a.hourlyReadings(responses.NewService(db, nil, a.clock, a.ids)))()
	servers, listeners := []*http.Server{a.server(public), a.server(staff)}, []net.Listener{publicListener, staffListener}
	sales, err := a.salesHandler(ctx)
	if err == nil && sales != nil {
		var l net.Listener
		if l, err = listen("tcp", a.cfg.SalesAddr); err != nil {
			err = cannotListen("POSTLIFT_SALES_ADDR", a.cfg.SalesAddr, err)
		} else {
			servers, listeners = append(servers, a.server(sales)), append(listeners, l)
			fmt.Fprintf(a.errOut, "lists of sales     http://%s/sales/…\n", l.Addr())
		}
	}
	if err != nil {
		return errors.Join(err, publicListener.Close(), staffListener.Close())
	}
	ended := make(chan error, len(servers))
	for i, listener := range listeners {
		go func() { ended <- servers[i].Serve(listener) }()
	}
	ready("http://"+publicListener.Addr().String(), "http://"+staffListener.Addr().String())
	return stopAll(ctx, servers, ended)
}

func cannotListen(setting, addr string, cause error) error {
	return &postlift.Fault{Kind: postlift.Invalid, Op: "serve", Cause: cause,
		Text: fmt.Sprintf("cannot listen on %s (%v): set %s to another address", addr, cause, setting)}
}

// server bounds how long a client may take; downloads of print files need the longest.
func (a *app) server(handler http.Handler) *http.Server {
	return &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second,
		WriteTimeout: 10 * time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelDebug)}
}

// stopAll waits for the end of ctx or of a server, then lets requests in flight finish.
func stopAll(ctx context.Context, servers []*http.Server, ended <-chan error) error {
	var failed error
	left := len(servers)
	select {
	case <-ctx.Done():
	case failed = <-ended:
		left--
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
	defer cancel()
	for _, s := range servers {
		if err := s.Shutdown(grace); err != nil {
			failed = errors.Join(failed, fmt.Errorf("shutdown: %w", err), s.Close())
		}
	}
	for range left {
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			failed = errors.Join(failed, err)
		}
	}
	return failed
}

// handlers wires the pages to the services.
func (a *app) handlers(ctx context.Context) (public, staff http.Handler, err error) {
	db, err := a.store(ctx)
	if err != nil {
		return nil, nil, err
	}
	campaigns, err := a.campaigns(ctx)
	if err != nil {
		return nil, nil, err
	}
	room, err := a.mailRoom(ctx)
	if err != nil {
		return nil, nil, err
	}
	a.onClose(room.Close)
	measuring, err := a.responses(ctx)
	if err != nil {
		return nil, nil, err
	}
	results, err := a.results(measuring)
	if err != nil {
		return nil, nil, err
	}
	public, err = web.Public(web.PublicOptions{Health: db, Visits: measuring, Landing: measuring, FormSecret: a.formSecret(), Clock: a.clock, Log: a.log})
	if err != nil {
		return nil, nil, err
	}
	pages := web.StaffOptions{Health: db, Settings: db, Values: db, Insights: db, Engine: a.engine(db), Campaigns: campaigns, Designs: a.gallery(db, room), Batches: room, Artefacts: room.files,
		Results: results, Printer: printReport, Clock: a.clock, Log: a.log, Demo: results.demo}
	if err := a.morePages(ctx, &pages); err != nil {
		return nil, nil, err
	}
	staff, err = web.Staff(pages)
	return public, staff, err
}

// morePages wires the parts of the staff pages that have options of their own.
func (a *app) morePages(ctx context.Context, pages *web.StaffOptions) (err error) {
	if pages.Sales, err = a.salesPages(ctx); err != nil {
		return err
	}
	if pages.Tasks, err = a.taskPages(ctx); err != nil {
		return err
	}
	if pages.Across, err = a.acrossPages(ctx); err != nil {
		return err
	}
	if pages.Learning, err = a.learningPages(ctx); err != nil {
		return err
	}
	pages.Bridge, err = a.bridgePages(ctx)
	return err
}

// results measures campaigns for the pages. In a demo's folder it reads them on the demo's last day and
// lays the simulated truth beside.
type results struct {
	service *responses.Service
	demo    bool
	asOf    postlift.Date // none: today
	truth   *responses.Truth
}

func (a *app) results(service *responses.Service) (results, error) {
	r := results{service: service}
	switch _, err := os.Stat(filepath.Join(a.cfg.Data, demoFile)); {
	case errors.Is(err, fs.ErrNotExist): // real data
		return r, nil
	case err != nil:
		return r, postlift.Wrap("serve", "the data folder cannot be read", err)
	}
	r.demo = true
	truth, to, err := readTruth(filepath.Join(a.cfg.Data, truthFile))
	if errors.Is(err, fs.ErrNotExist) { // the demo has not come that far
		return r, nil
	}
	r.asOf, r.truth = to, truth
	return r, err
}

// Kept tells what stands for one campaign without computing.
func (r results) Kept(ctx context.Context, campaign string) (responses.Kept, error) {
	k, err := r.service.Kept(ctx, campaign, r.asOf)
	if err == nil && k.Frozen != nil && k.Frozen.Campaign == demoCampaign {
		k.Frozen.Truth = r.truth
	}
	return k, err
}

// Uplift measures one campaign; the truth belongs to the demo's own campaign only.
func (r results) Uplift(ctx context.Context, campaign string) (responses.Uplift, error) {
	u, err := r.service.Read(ctx, campaign, r.asOf, nil)
	if err == nil && u.Campaign == demoCampaign {
		u.Truth = r.truth
	}
	return u, err
}
