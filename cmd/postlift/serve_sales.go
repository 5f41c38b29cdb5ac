package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"net/http"

	"postlift/internal/web"
)

// salesPages wires the pages on follow-ups of the sales people and the quick entry of responses.
func (a *app) salesPages(ctx context.Context) (web.SalesOptions, error) {
	service, err := a.responses(ctx)
	return web.SalesOptions{FollowUps: service, Entries: service}, err
}

// formSecret keys the forms of the built-in pages: the same in every process of the installation.
func (a *app) formSecret() []byte {
	m := hmac.New(sha256.New, a.secret)
	m.Write([]byte("landing forms"))
	return m.Sum(nil)
}

// salesHandler is what the listener for sales people serves; nil where none is configured.
func (a *app) salesHandler(ctx context.Context) (http.Handler, error) {
	if a.cfg.SalesAddr == "" {
		return nil, nil
	}
	db, err := a.store(ctx)
	if err != nil {
		return nil, err
	}
	service, err := a.responses(ctx)
	if err != nil {
		return nil, err
	}
	return web.Sales(web.SalesSiteOptions{Health: db, Settings: db, FollowUps: service, Clock: a.clock, Log: a.log, Demo: a.inDemo()})
}

// taskPages wires the page of tasks.
func (a *app) taskPages(ctx context.Context) (web.TaskOptions, error) {
	service, err := a.responses(ctx)
	return web.TaskOptions{Tasks: service}, err
}
