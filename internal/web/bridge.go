package web

import "github.com/gin-gonic/gin"

// BridgeOptions are what the pages on the CLV bridge and retention need.
type BridgeOptions struct{}

// bridgePages are the pages on the CLV bridge and retention.
func (s *staff) bridgePages() map[string]gin.HandlerFunc { return nil }
