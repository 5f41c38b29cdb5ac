package web

import "github.com/gin-gonic/gin"

// LearningOptions are what the pages on what was learned about letters need.
type LearningOptions struct{}

// learningPages are the pages on what was learned about letters.
func (s *staff) learningPages() map[string]gin.HandlerFunc { return nil }
