package main

import (
	"context"

	"postlift/internal/web"
)

// learningPages wires the pages on what was learned about letters.
func (a *app) learningPages(ctx context.Context) (web.LearningOptions, error) {
	service, err := a.responses(ctx)
	return web.LearningOptions{Learning: service}, err
}
