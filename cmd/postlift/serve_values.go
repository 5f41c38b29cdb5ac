package main

import (
	"context"

	"postlift/clv"
	"postlift/clv/scoring"
	"postlift/internal/store"
)

// engine works single values out anew for the pages.
type engine struct {
	service *scoring.Service
	db      *store.Store
}

func (a *app) engine(db *store.Store) engine {
	return engine{a.scoring(db, nil), db}
}

// Explain works the value of one account out anew.
func (e engine) Explain(ctx context.Context, ref string) (scoring.Explanation, error) {
	return e.service.Explain(ctx, e.db, ref)
}

// WhatIf values a change for one account.
func (e engine) WhatIf(ctx context.Context, ref string, change clv.Change) (scoring.Difference, error) {
	return e.service.WhatIf(ctx, e.db, ref, "", change)
}
