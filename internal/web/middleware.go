package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/gin-gonic/gin"

	"postlift"
)

// contentPolicy lets a page load its own style, pictures and frames and nothing else. No page has a
// script, so none is allowed.
const contentPolicy = "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"form-action 'self'; frame-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"

// documentPolicy is for files that a page shows in a frame of its own.
const documentPolicy = "frame-ancestors 'self'"

// secure sets the headers that every answer carries.
func secure(c *gin.Context) {
	h := c.Writer.Header()
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	// Nothing of an address goes to another site. Where not even our own is told it, browsers send "Origin: null" with a
	// form, which without TLS cannot be told from another site's.
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	c.Next()
}

// logged writes one line a request: the route's pattern, never the path or the query, because those hold
// tokens and what people search for.
func logged(log *slog.Logger) gin.HandlerFunc {
	return func(c *gin.Context) {
		start := time.Now() // how long it took is no business of the service's clock
		c.Next()
		route := c.FullPath()
		if route == "" {
			route = "(none)"
		}
		log.LogAttrs(c.Request.Context(), slog.LevelInfo, "request", slog.String("method", c.Request.Method),
			slog.String("route", route), slog.Int("status", c.Writer.Status()), slog.Int("bytes", c.Writer.Size()),
			slog.Duration("took", time.Since(start).Round(time.Microsecond)))
	}
}

// recovered turns a panic into an internal error: logged once with its stack, hidden from the reader.
func recovered(log *slog.Logger, answer func(*gin.Context, error)) gin.HandlerFunc {
	return func(c *gin.Context) {
		defer func() {
			cause := recover()
			if cause == nil {
				return
			}
			if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(cause)
			}
			log.Error("panic", "route", c.FullPath(), "cause", fmt.Sprint(cause), "stack", string(debug.Stack()))
			c.Abort()
			if !c.Writer.Written() {
				answer(c, errPanicked)
			}
		}()
		c.Next()
	}
}

// errPanicked stands for a panic that is logged already.
var errPanicked = errors.New("the handler panicked")

// statusOf is the one table from kinds of fault to HTTP statuses.
var statusOf = map[postlift.Kind]int{
	postlift.Internal:    http.StatusInternalServerError,
	postlift.Invalid:     http.StatusBadRequest,
	postlift.NotFound:    http.StatusNotFound,
	postlift.Conflict:    http.StatusConflict,
	postlift.Denied:      http.StatusForbidden,
	postlift.Unavailable: http.StatusServiceUnavailable,
}

// logOnce logs what the reader is not told, and gives the status.
func logOnce(log *slog.Logger, c *gin.Context, err error) int {
	status := statusOf[postlift.KindOf(err)]
	gone := errors.Is(err, context.Canceled) || errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET)
	if status >= http.StatusInternalServerError && !gone && !errors.Is(err, errPanicked) {
		log.Error("request failed", "route", c.FullPath(), "error", err)
	}
	return status
}

// problem is an error for programs (RFC 9457).
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	Kind   string `json:"kind"`
}

func writeProblem(c *gin.Context, status int, err error) {
	c.Header("Content-Type", "application/problem+json")
	c.JSON(status, problem{Type: "about:blank", Title: http.StatusText(status), Status: status,
		Detail: postlift.UserText(err), Kind: postlift.KindOf(err).String()})
}

// wantsJSON tells whether the client prefers a program's answer over a page.
func wantsJSON(c *gin.Context) bool {
	return c.NegotiateFormat(gin.MIMEHTML, gin.MIMEJSON, "application/problem+json") != gin.MIMEHTML
}
