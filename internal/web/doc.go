// Package web serves the pages that people read and the tracking links that recipients follow. It is the
// only room that imports gin; it imports root and the stages, whose services it shows through small
// interfaces of its own. Pages are rendered here, need no script and load nothing from elsewhere.
package web
