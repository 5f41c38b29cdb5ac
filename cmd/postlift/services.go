package main

import (
	"context"
	"postlift"

	"postlift/accounts"
	"postlift/campaigns"
	"postlift/campaigns/rules"
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

// catalogue is what rules may name: with the organisation's own attributes where there is an organisation yet.
func (a *app) catalogue(ctx context.Context) (*rules.Catalogue, error) {
	if err := a.hasData(); err != nil {
		if postlift.KindOf(err) == postlift.NotFound {
			return rules.Builtin(), nil
		}
		return nil, err
	}
	service, err := a.campaigns(ctx)
	if err != nil {
		return nil, err
	}
	return service.Catalogue(ctx)
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
