package web

import "github.com/gin-gonic/gin"

// SalesOptions are what the pages on follow-ups of the sales people and the quick entry of responses need.
type SalesOptions struct{}

// salesPages are the pages on follow-ups of the sales people and the quick entry of responses.
func (s *staff) salesPages() map[string]gin.HandlerFunc { return nil }
