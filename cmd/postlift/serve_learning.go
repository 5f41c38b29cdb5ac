package main

import (
	"context"

	"postlift/internal/web"
)

// learningPages wires the pages on what was learned about letters.
func (a *app) learningPages(context.Context) (web.LearningOptions, error) { return web.LearningOptions{}, nil }
