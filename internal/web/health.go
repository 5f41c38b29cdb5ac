package web

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
)

// readyTimeout bounds how long a readiness probe waits for the database.
const readyTimeout = 3 * time.Second

// addHealth serves /healthz, 200 while the process answers at all, and /readyz, 200 while the database
// answers and its schema is current. Neither tells details; those are logged.
func addHealth(r *gin.Engine, health Health, log *slog.Logger) {
	alive := func(c *gin.Context) {
		c.Header("Cache-Control", "no-store")
		c.JSON(http.StatusOK, gin.H{"status": "ok"})
	}
	ready := func(c *gin.Context) {
		c.Header("Cache-Control", "no-store")
		ctx, cancel := context.WithTimeout(c.Request.Context(), readyTimeout)
		defer cancel()
		err := health.Ping(ctx)
		if err == nil {
			err = health.CheckSchema(ctx)
		}
		if err != nil {
			log.Warn("not ready", "error", err)
			c.JSON(http.StatusServiceUnavailable, gin.H{"status": "not ready"})
			return
		}
		c.JSON(http.StatusOK, gin.H{"status": "ok"})
	}
	r.GET("/healthz", alive)
	r.HEAD("/healthz", alive)
	r.GET("/readyz", ready)
	r.HEAD("/readyz", ready)
}
