package web

import (
	"errors"
	"io"
	"io/fs"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"postlift"
	"postlift/mailers"
)

func (s *staff) batchList(c *gin.Context) {
	list, err := s.batches.Batches(c.Request.Context())
	if err != nil {
		s.fail(c, err)
		return
	}
	if len(list) == 0 {
		s.empty(c, "batches", "batches")
		return
	}
	lines := make([]batchLine, 0, len(list))
	for _, b := range list {
		lines = append(lines, batchLine{b, countPieces(b)})
	}
	s.render(c, http.StatusOK, "batches", view{Title: "batches.title", Nav: "batches", Data: lines})
}

type batchLine struct {
	mailers.Summary
	Pieces mailers.Funnel
}

// countPieces sorts a batch's live pieces into planned = mailed + withdrawn + failed + pending.
func countPieces(b mailers.Summary) mailers.Funnel {
	f := mailers.Funnel{RunUID: b.RunUID, Planned: b.Live.Total(), Pieces: b.Live}
	f.Count(true)
	return f
}

// batchData is one batch: where it stands, counts that add up, files.
type batchData struct {
	Batch    mailers.Summary
	Pieces   mailers.Funnel
	Bars     map[string]bar
	Steps    []stage
	Seeds    int
	Returned int // of the mailed
	Files    []fileLine
	Others   []string // further files of the folder
	Proof    bool
	Next     todo
}

// stage is one step of a batch's way.
type stage struct {
	Name string
	Mark string // done, current, todo
}

type fileLine struct {
	mailers.PrintFile
	Href string // "" while it is not in the folder
}

// otherFiles accompany the letters in a batch's folder.
var otherFiles = []string{"manifest.csv", "ticket.json", "SHA256SUMS", "stoplist.csv"}

func (s *staff) batch(c *gin.Context) {
	b, err := s.batches.Show(c.Request.Context(), c.Param("id"))
	if err != nil {
		s.fail(c, err)
		return
	}
	data := batchData{Batch: b, Pieces: countPieces(b), Steps: stages(b.Batch), Seeds: b.Seeds.Total(),
		Returned: b.Live[mailers.PieceReturned], Next: batchTodo(b.Batch)}
	data.Bars = pieceBars(data.Pieces)
	for _, f := range b.Files {
		line := fileLine{PrintFile: f}
		if b.SealedAt != nil && f.SHA256 != "" {
			line.Href = "/batches/" + b.UID + "/files/" + f.Name()
		}
		data.Files = append(data.Files, line)
	}
	if b.SealedAt != nil {
		for _, name := range otherFiles {
			if s.exists(c, mailers.Folder(b.UID)+"/"+name) {
				data.Others = append(data.Others, name)
			}
		}
	}
	data.Proof = s.proofName(c, b.Batch) != ""
	s.render(c, http.StatusOK, "batch", view{Title: "batch.title", Subject: b.Campaign, Nav: "batches", Data: data})
}

func pieceBars(f mailers.Funnel) map[string]bar {
	scale := barScale{0, float64(f.Planned)}
	at := 0
	part := func(class string, n int) bar {
		b := scale.span(class, float64(at), float64(at+n))
		at += n
		return b
	}
	return map[string]bar{"planned": scale.span("total", 0, float64(f.Planned)), "mailed": part("plus", f.Mailed),
		"withdrawn": part("out", f.Withdrawn), "failed": part("minus", f.Failed), "pending": part("hold", f.Pending)}
}

// stages shows how far a batch has come. An approval is no state of its own; deliveries and printing lie
// between the release and the post.
func stages(b mailers.Batch) []stage {
	names := []string{"rendering", "sealed", "proofed", "approved", "released", "posted", "closed"}
	at := slices.Index(names, string(b.State))
	switch b.State {
	case mailers.BatchPlanned:
		at = 0
	case mailers.BatchProofed:
		if b.Approved() {
			at = 3
		}
	case mailers.BatchDelivered, mailers.BatchAcknowledged, mailers.BatchPrinting:
		at = 4
	}
	list := make([]stage, len(names))
	for i, name := range names {
		list[i] = stage{Name: name, Mark: "todo"}
		switch {
		case i < at:
			list[i].Mark = "done"
		case i == at:
			list[i].Mark = "current"
		}
	}
	return list
}

// batchFile serves one file of a sealed batch: PDFs to be looked at, the others to be kept. Only names
// that the batch itself lists are opened.
func (s *staff) batchFile(c *gin.Context) {
	b, err := s.batches.Show(c.Request.Context(), c.Param("id"))
	if err != nil {
		s.fail(c, err)
		return
	}
	name := c.Param("file")
	listed := slices.Contains(otherFiles, name) ||
		slices.ContainsFunc(b.Files, func(f mailers.PrintFile) bool { return f.Name() == name })
	if b.SealedAt == nil || !listed {
		s.fail(c, noFile(name))
		return
	}
	s.serveArtefact(c, mailers.Folder(b.UID)+"/"+name, name)
}

func noFile(name string) error {
	return postlift.Faultf(postlift.NotFound, "web.file", "there is no file %q in this batch", name)
}

// proof serves the newest proof of a batch.
func (s *staff) proof(c *gin.Context) {
	b, err := s.batches.Show(c.Request.Context(), c.Param("id"))
	if err != nil {
		s.fail(c, err)
		return
	}
	name := s.proofName(c, b.Batch)
	if name == "" {
		s.fail(c, noFile("proof.pdf"))
		return
	}
	s.serveArtefact(c, name, "proof-"+b.UID+".pdf")
}

// proofName finds the newest proof; a release may have raised the batch's revision since it was made.
func (s *staff) proofName(c *gin.Context, b mailers.Batch) string {
	for revision := b.Revision; revision > 0; revision-- {
		if name := mailers.ProofName(b.UID, revision); s.exists(c, name) {
			return name
		}
	}
	return ""
}

func (s *staff) exists(c *gin.Context, name string) bool {
	f, err := s.artefacts.Open(c.Request.Context(), name)
	if err != nil {
		return false
	}
	_ = f.Close() // nothing was read
	return true
}

func (s *staff) serveArtefact(c *gin.Context, name, shown string) {
	f, err := s.artefacts.Open(c.Request.Context(), name)
	if errors.Is(err, fs.ErrNotExist) {
		err = noFile(shown)
	}
	if err != nil {
		s.fail(c, err)
		return
	}
	defer f.Close()
	disposition, kind := "attachment", "text/plain; charset=utf-8"
	switch {
	case strings.HasSuffix(shown, ".pdf"):
		disposition, kind = "inline", "application/pdf"
		c.Header("Content-Security-Policy", documentPolicy)
	case strings.HasSuffix(shown, ".csv"):
		kind = "text/csv; charset=utf-8"
	case strings.HasSuffix(shown, ".json"):
		kind = "application/json"
	}
	c.Header("Content-Type", kind)
	c.Header("Content-Disposition", disposition+"; filename="+strconv.Quote(shown))
	c.Header("Cache-Control", "no-store")
	if seeker, ok := f.(io.ReadSeeker); ok {
		http.ServeContent(c.Writer, c.Request, "", time.Time{}, seeker)
		return
	}
	c.Status(http.StatusOK)
	if _, err := io.Copy(c.Writer, f); err != nil {
		s.log.Warn("file not sent wholly", "file", name, "error", err)
	}
}
