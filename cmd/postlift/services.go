package main

import (
	"context"

	"postlift/accounts"
	"postlift/campaigns"
	"postlift/responses"
)

// importer wires the import of files.
func (a *app) importer(ctx context.Context) (*accounts.Importer, error) {
	db, err := a.store(ctx)
	if err != nil {
		return nil, err
	}
	settings, err := db.Settings(ctx)
	if err != nil {
		return nil, err
	}
	return &accounts.Importer{Store: db, Clock: a.clock, Secret: a.secret, Settings: settings}, nil
}

// campaigns wires rules, plans and the gate.
func (a *app) campaigns(ctx context.Context) (*campaigns.Service, error) {
	db, err := a.store(ctx)
	if err != nil {
		return nil, err
	}
	return campaigns.NewService(db, a.clock, a.ids), nil
}

// responses wires what comes back; an objection pulls unsent letters.
func (a *app) responses(ctx context.Context) (*responses.Service, error) {
	db, err := a.store(ctx)
	if err != nil {
		return nil, err
	}
	room, err := a.mailRoom(ctx)
	if err != nil {
		return nil, err
	}
	a.onClose(room.Close)
	return responses.NewService(db, room, a.clock, a.ids), nil
}
