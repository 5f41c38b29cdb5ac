package mailers

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"postlift"
)

// Batch is what one print vendor gets of one run, or of one wave of it, with the approval that it stands under.
type Batch struct {
	ID             int64         `json:"-"`
	UID            string        `json:"id"`
	RunID          int64         `json:"-"`
	RunUID         string        `json:"run_id"`
	RunState       RunState      `json:"run_state"`
	CampaignUID    string        `json:"campaign_id"`
	Campaign       string        `json:"campaign"`       // name
	Class          string        `json:"class"`          // advertising or contractual
	Wave           int           `json:"wave,omitempty"` // 1-based; left out where the run has no waves
	Vendor         string        `json:"vendor"`
	State          BatchState    `json:"state"`
	Revision       int           `json:"revision"` // of the sealed content, 1-based
	ChunkSize      int           `json:"chunk_size"`
	DesignSHA256   string        `json:"design_sha256"`  // of the campaign's own design; its variants may have others
	ContentSHA256  string        `json:"content_sha256"` // over design and data
	ApprovedBy     string        `json:"approved_by"`
	ApprovedAt     *time.Time    `json:"approved_at"`
	ApprovedSHA256 string        `json:"approved_sha256"`
	SealedAt       *time.Time    `json:"sealed_at"`
	ReleasedAt     *time.Time    `json:"released_at"`
	PostedOn       postlift.Date `json:"posted_on"`
	InHomeOn       postlift.Date `json:"in_home_on"`
	CreatedAt      time.Time     `json:"created_at"`
}

// Approved tells whether a valid approval stands: one was given, for exactly this content.
func (b Batch) Approved() bool {
	return b.ApprovedBy != "" && b.ApprovedSHA256 == b.ContentSHA256
}

// PrintFile is one PDF of a batch: the pieces of one variant and language from FirstSeq to LastSeq.
type PrintFile struct {
	Chunk    int       `json:"chunk"` // 1-based
	Variant  string    `json:"variant,omitempty"`
	Language string    `json:"language"`
	FirstSeq int       `json:"first_seq"`
	LastSeq  int       `json:"last_seq"`
	State    FileState `json:"state"`
	Revision int       `json:"revision"`
	Attempt  int       `json:"attempt"`
	Artefact string    `json:"-"` // name among the working files; "" while none or empty
	SHA256   string    `json:"sha256"`
	Bytes    int64     `json:"bytes"`
	Pages    int       `json:"pages"`
	Error    string    `json:"error,omitempty"`
}

// Name is the file's name in the batch's folder: letters-0001.pdf.
func (f PrintFile) Name() string { return fmt.Sprintf("letters-%04d.pdf", f.Chunk) }

// ChunkRef names one rendering of one file: content by revision, delivery by attempt.
type ChunkRef struct {
	BatchUID string `json:"batch"`
	Chunk    int    `json:"chunk"`
	Revision int    `json:"revision"`
	Attempt  int    `json:"attempt"`
}

// String is the reference's stable text, unique for each delivery.
func (r ChunkRef) String() string {
	return fmt.Sprintf("%s:%d:%d:%d", r.BatchUID, r.Chunk, r.Revision, r.Attempt)
}

// artefact is the working file's name: by content only, so that a second attempt writes the same file.
func (r ChunkRef) artefact() string {
	return fmt.Sprintf("work/%s/letters-%04d.r%d.pdf", r.BatchUID, r.Chunk, r.Revision)
}

// Folder is where a batch's files lie among the artefacts: the folder is named by the batch's id.
func Folder(batchUID string) string { return "batches/" + batchUID }

// StopListName is where the list of letters stopped after a batch's release lies among the artefacts.
func StopListName(batchUID string) string { return Folder(batchUID) + "/stoplist.csv" }

// ProofName is where a batch's proof lies among the artefacts.
func ProofName(batchUID string, revision int) string {
	return fmt.Sprintf("proofs/%s/proof.r%d.pdf", batchUID, revision)
}

// Counts are numbers of pieces by state.
type Counts map[PieceState]int

// Total is the number of pieces in any state.
func (c Counts) Total() int {
	n := 0
	for _, v := range c {
		n += v
	}
	return n
}

// Summary is a batch with its counts, as lists and `batch show` tell it.
type Summary struct {
	Batch
	Live         Counts        `json:"live"`
	Seeds        Counts        `json:"seeds"`
	Reasons      []ReasonCount `json:"reasons"` // why live pieces were withdrawn or failed
	Files        []PrintFile   `json:"files"`
	Folder       string        `json:"folder"`
	FailedPieces []FailedPiece `json:"failed_pieces,omitempty"` // the first ones
	Stopped      int           `json:"stopped_after_release"`   // live pieces that the vendor must take out by hand
	StopList     string        `json:"stoplist,omitempty"`      // name among the artefacts; "" while nothing is stopped
}

// ReasonCount counts live pieces of one final state and reason, in the reason's Wording.
type ReasonCount struct {
	State   PieceState   `json:"state"`
	Reason  string       `json:"reason"`
	Pieces  int          `json:"pieces"`
	Example *FailedPiece `json:"example,omitempty"` // the first of them, where a trial found it
}

// FailedPiece is a piece that could not be printed, with its whole reason. A trial's pieces have no id.
type FailedPiece struct {
	PieceUID    string `json:"piece_id,omitempty"`
	Account     string `json:"account_external_id"`
	AccountName string `json:"account"`
	Reason      string `json:"reason"`
}

// quoted finds what a reason quotes of one piece: texts and measures.
var quoted = regexp.MustCompile(`"[^"]*"|\b(?:has|is) \d+(?:\.\d+)?`)

// listed finds the lines of a label that a reason shows.
var listed = regexp.MustCompile(` \([^()]* \| [^()]*\)`)

// preflighted finds the rule that a piece broke; what follows is where and by how much.
var preflighted = regexp.MustCompile(`^preflight [a-z_]+`)

// Wording is a reason without what it quotes of one piece, so that reasons of one wording are counted
// together.
func Wording(reason string) string {
	if rule := preflighted.FindString(reason); rule != "" {
		return rule
	}
	reason = listed.ReplaceAllString(reason, "")
	return quoted.ReplaceAllStringFunc(reason, func(q string) string {
		if verb, _, measure := strings.Cut(q, " "); measure && q[0] != '"' {
			return verb + " …"
		}
		return "“…”"
	})
}
