package main

import (
	"context"

	"postlift/internal/web"
)

// salesPages wires the pages on follow-ups of the sales people and the quick entry of responses.
func (a *app) salesPages(context.Context) (web.SalesOptions, error) { return web.SalesOptions{}, nil }
