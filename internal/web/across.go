package web

import "github.com/gin-gonic/gin"

// AcrossOptions are what the pages on programme tests and results across campaigns need.
type AcrossOptions struct{}

// acrossPages are the pages on programme tests and results across campaigns.
func (s *staff) acrossPages() map[string]gin.HandlerFunc { return nil }
