package main

import (
	"context"

	"postlift/internal/web"
)

// bridgePages wires the pages on the CLV bridge and retention.
func (a *app) bridgePages(context.Context) (web.BridgeOptions, error) { return web.BridgeOptions{}, nil }
