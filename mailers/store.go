package mailers

import (
	"context"
	"io"
	"time"

	"postlift"
	"postlift/accounts"
	"postlift/mailers/address"
	"postlift/mailers/letter"
)

// Store is what this room needs of the database. Writing methods check states themselves, in the
// transaction of the change, and append an event.
type Store interface {
	PrepareStore
	RenderStore
	BatchStore
	Settings(ctx context.Context) (accounts.Settings, error)
}

// PrepareStore reads an approved run and writes its batch.
type PrepareStore interface {
	// PrepareJob finds a run by its id, or a campaign's latest run that is approved or further by the campaign's
	// id or name.
	PrepareJob(ctx context.Context, run string) (Job, error)
	// RunWaves lists a run's waves by number, with the letters that they are to have and their batches; a run
	// without waves has one, numbered 0.
	RunWaves(ctx context.Context, runID int64) ([]Wave, error)
	// RunRecipients reads the chosen contacts of a wave (EveryWave: of all) with what their letters may say as of
	// the date, further facts only as far as they are needed.
	RunRecipients(ctx context.Context, runID int64, wave int, asOf postlift.Date, needs Needs) ([]Recipient, error)
	// RecipientKeys lists whom the run's letters go to so far.
	RecipientKeys(ctx context.Context, runID int64) ([]string, error)
	VendorSeeds(ctx context.Context, vendor string) ([]Seed, error)
	// CreateBatch claims the approved run, or the wave of one that has begun, and writes everything; Conflict when
	// another was faster, the campaign was cancelled or its approval may still be taken back.
	CreateBatch(ctx context.Context, b NewBatch, by postlift.Actor) error
	SaveSeed(ctx context.Context, s Seed, by postlift.Actor) error
	SaveDesign(ctx context.Context, name, class, sha256 string, files map[string]string, by postlift.Actor) (DesignVersion, error)
}

// ChunkJob is what rendering one file needs.
type ChunkJob struct {
	Batch   Batch
	File    PrintFile
	Designs Designs       // the file's own
	Pieces  []StoredPiece // printable ones, in the order of SeqNo
}

// StoredPiece is a piece as it is rendered.
type StoredPiece struct {
	ID      int64
	SeqNo   int
	Variant string
	letter.Piece
}

// Printed is what rendering made of one piece: a page range, or a failure with its reason.
type Printed struct {
	ID          int64
	First       int // 1-based
	Pages       int
	SHA256      string // of design and data: what an approval stands on
	PrintSHA256 string // of what its pages print, wherever they stand: for the vendor; "" when not printed
	Failed      string // "" when printed
}

// Artefact is a written file.
type Artefact struct {
	Name   string
	SHA256 string
	Bytes  int64
	Pages  int
}

// RenderStore is the ledger that the queue rings for.
type RenderStore interface {
	// ClaimChunk takes a queued chunk for this attempt and holds it for lease; Conflict when it is not to be had.
	ClaimChunk(ctx context.Context, ref ChunkRef, lease time.Duration) (ChunkJob, error)
	// RenewChunk holds a claim for another lease; Conflict when it was lost.
	RenewChunk(ctx context.Context, ref ChunkRef, lease time.Duration) error
	// CompleteChunk writes the effect of a claim, once; Conflict when the claim was lost.
	CompleteChunk(ctx context.Context, ref ChunkRef, a Artefact, pieces []Printed) error
	// GiveBackChunk ends a claim without effect: the chunk is queued again with the next attempt after a wait,
	// or failed when this was attempt maxAttempts or later.
	GiveBackChunk(ctx context.Context, ref ChunkRef, reason string, maxAttempts int, wait time.Duration) error
	// RequeueChunk queues a chunk that is queued or rendered under this reference again with the next attempt;
	// a sealed batch that is not released goes back to rendering. Conflict when the chunk has moved on.
	RequeueChunk(ctx context.Context, ref ChunkRef) error
	// QueuedChunks lists what waits to be rendered, oldest batch first.
	QueuedChunks(ctx context.Context, limit int) ([]ChunkRef, error)
	// ExpireLeases queues again what a dead worker held and returns how many.
	ExpireLeases(ctx context.Context, maxAttempts int) (int, error)
	// RetryFailed queues a batch's failed files again at the next revision and returns how many.
	RetryFailed(ctx context.Context, batchUID string, by postlift.Actor) (int, error)
	// RenderableBatches lists the batches that are planned or rendering.
	RenderableBatches(ctx context.Context) ([]string, error)
}

// ManifestRow is what the store knows of one line of a manifest.
type ManifestRow struct {
	SeqNo     int
	PieceUID  string
	Kind      string
	ReprintNo int
	Code      string // ungrouped
	URL       string
	Chunk     int
	First     int
	Pages     int
	Lines     []string
	Country   string
	Postcode  string
	Language  string
	Variant   string
	SHA256    string // Printed.PrintSHA256; "" where it was printed by an earlier postlift
}

// StopRow is a live piece that was withdrawn after its file had gone out.
type StopRow struct {
	PieceUID string
	SeqNo    int
	Reason   string
	Chunk    int
	Variant  string
	First    int // page, 1-based
	Pages    int
	Address  string // first line; "" where it was erased
}

// Seal is what a batch is sealed with.
type Seal struct {
	BatchUID      string
	ContentSHA256 string
	Revision      int
	Files         []PrintFile // as they were staged
}

// BatchStore follows a batch after its files are rendered.
type BatchStore interface {
	// Batch finds a batch by its id, its run's id, or its campaign's name (the latest).
	Batch(ctx context.Context, name string) (Batch, error)
	BatchSummaries(ctx context.Context) ([]Summary, error)
	BatchSummary(ctx context.Context, batchUID string) (Summary, error)
	BatchFiles(ctx context.Context, batchUID string) ([]PrintFile, error)
	// BatchManifest streams the batch's printed pieces in the order of SeqNo.
	BatchManifest(ctx context.Context, batchUID string, each func(ManifestRow) error) error
	// ContentHashes streams every piece of the batch, withdrawn ones too, in the order of SeqNo.
	ContentHashes(ctx context.Context, batchUID string, each func(pieceUID, sha256 string) error) error
	// RequeueDirty queues again, at the next revision, every rendered file that shows a withdrawn piece,
	// and moves the batch to rendering; it returns how many files.
	RequeueDirty(ctx context.Context, batchUID string, by postlift.Actor) (int, error)
	// SealBatch moves a batch from rendering to sealed and its rendered pieces with it; Conflict when it is in
	// another state or its files are not the staged ones any more. put runs inside, last, while nobody else can
	// move the batch: of several processes only the one that seals puts its folder in place.
	SealBatch(ctx context.Context, seal Seal, put func() error, by postlift.Actor) error
	MarkProofed(ctx context.Context, batchUID string, by postlift.Actor) error
	// PiecesBySeq reads pieces by their sequence numbers, in that order.
	PiecesBySeq(ctx context.Context, batchUID string, seqs []int) ([]StoredPiece, error)
	ApproveBatch(ctx context.Context, batchUID, contentSHA256 string, by postlift.Actor) error
	// WithdrawPieces takes unsent live pieces out, by piece id with the reason, and returns how many.
	WithdrawPieces(ctx context.Context, batchUID string, reasons map[string]string, by postlift.Actor) (int, error)
	// WithdrawSuppressed takes out every unsent live piece whose person, address or company is
	// suppressed on the date, and returns how many of each batch.
	WithdrawSuppressed(ctx context.Context, asOf postlift.Date, by postlift.Actor) (map[string]int, error)
	// StopList streams the live pieces that were withdrawn after the release.
	StopList(ctx context.Context, batchUID string, each func(StopRow) error) error
	// ReleasedBatches lists the batches that are out, whose letters the gate counts, by their ids in the database.
	ReleasedBatches(ctx context.Context) ([]int64, error)
	// ReleaseBatch lets a sealed and approved batch go; put runs as in SealBatch. Conflict where a batch that was
	// not seen before the gate looked is out by now and has letters to the same group or person, or where a list
	// holds a letter back by now: the gate has to be asked again.
	ReleaseBatch(ctx context.Context, batchUID string, seen []int64, put func() error, by postlift.Actor) error
	// PostBatch moves the batch and its released pieces to posted, in home on inHome, and the run to measuring from
	// the first day on which any of its letters was in home.
	PostBatch(ctx context.Context, batchUID string, on, inHome postlift.Date, by postlift.Actor) error
	// CorrectPosting gives a posted batch, its posted pieces and its measuring run another day of posting.
	CorrectPosting(ctx context.Context, batchUID string, on, inHome postlift.Date, by postlift.Actor) error
	// RunFunnel counts a run's accounts by outcome and its live pieces by state.
	RunFunnel(ctx context.Context, runUID string) (Funnel, error)
}

// Files keeps artefacts. Names are slash-separated relative paths.
type Files interface {
	// Put writes a file wholly or not at all: temporary file, fsync, rename.
	Put(ctx context.Context, name string, write func(io.Writer) error) (sha256 string, bytes int64, err error)
	Open(ctx context.Context, name string) (io.ReadCloser, error)
	// Link makes a finished file appear under a second name.
	Link(ctx context.Context, from, to string) error
	// Publish replaces folder `to` by folder `from`.
	Publish(ctx context.Context, from, to string) error
	// DeleteAll removes a file or folder with all it holds; what is not there is no error.
	DeleteAll(ctx context.Context, name string) error
	// Tidy removes what dead processes left half written, if it is older than age.
	Tidy(ctx context.Context, age time.Duration) error
}

// Renderer prints pieces into one file, each from the design of its variant.
type Renderer interface {
	// Render prints a job. A piece that cannot be printed is told in its Printed and costs only itself; pages counts
	// the file's pages, 0 when nothing was printable and nothing was written. All designs of a job have one format.
	Render(ctx context.Context, w io.Writer, job PrintJob) (printed []Printed, pages int, err error)
	// Describe tells what a design's letters are printed as.
	Describe(v DesignVersion, terms Terms) (Product, error)
	// AddressLimits are what a label may have in a design's place for addresses.
	AddressLimits(v DesignVersion, terms Terms) (address.Limits, error)
	// Try tests a design with sample recipients: what keeps it from being used is an error, what deserves a look is told.
	Try(v DesignVersion, terms Terms) (warnings []string, err error)
}

// Gatekeeper tells which unsent pieces of a batch must not go out, by piece id with the first reason.
// campaigns.Service is one.
type Gatekeeper interface {
	BlockedPieces(ctx context.Context, batchUID string, asOf postlift.Date) (map[string]string, error)
}
