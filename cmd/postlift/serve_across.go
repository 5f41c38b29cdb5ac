package main

import (
	"context"

	"postlift/internal/web"
)

// acrossPages wires the pages on programme tests and results across campaigns.
func (a *app) acrossPages(context.Context) (web.AcrossOptions, error) { return web.AcrossOptions{}, nil }
