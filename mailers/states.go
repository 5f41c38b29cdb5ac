package mailers

import (
	"slices"

	"postlift"
)

// PieceState is where one letter stands.
type PieceState string

// The states of a piece. Withdrawn, failed and returned are final.
const (
	PiecePlanned   PieceState = "planned"
	PieceRendered  PieceState = "rendered"
	PieceSealed    PieceState = "sealed"
	PieceReleased  PieceState = "released"
	PiecePosted    PieceState = "posted"
	PieceReturned  PieceState = "returned"
	PieceWithdrawn PieceState = "withdrawn" // taken out by the gate or an objection
	PieceFailed    PieceState = "failed"    // could not be printed; the reason names what is missing
	PieceSpoiled   PieceState = "spoiled"   // damaged at the vendor
)

// BatchState is where a batch stands.
type BatchState string

// The states of a batch. Approved is no state: it is a name, an instant and the hash it stands for.
const (
	BatchPlanned      BatchState = "planned"
	BatchRendering    BatchState = "rendering"
	BatchSealed       BatchState = "sealed"
	BatchProofed      BatchState = "proofed"
	BatchReleased     BatchState = "released"
	BatchDelivered    BatchState = "delivered"
	BatchAcknowledged BatchState = "acknowledged"
	BatchPrinting     BatchState = "printing"
	BatchPosted       BatchState = "posted"
	BatchClosed       BatchState = "closed"
	BatchCancelled    BatchState = "cancelled"
)

// RunState is where a campaign's run stands. A run in waves follows its first batch: from that one's posting it is
// measuring, while later waves are prepared and released; where they stand, their batches say.
type RunState string

// The states of a run.
const (
	RunPlanned   RunState = "planned"
	RunApproved  RunState = "approved"
	RunPreparing RunState = "preparing"
	RunReleased  RunState = "released"
	RunMeasuring RunState = "measuring"
	RunClosed    RunState = "closed"
	RunCancelled RunState = "cancelled"
)

// CampaignFinished is the state of a campaign whose runs are all closed.
const CampaignFinished = "finished"

// FileState is where one print file of a batch stands.
type FileState string

// The states of a file.
const (
	FileQueued    FileState = "queued"
	FileRendering FileState = "rendering"
	FileRendered  FileState = "rendered"
	FileFailed    FileState = "failed" // given up after too many attempts
)

// The moves that are allowed. Going back from sealed to rendered (pieces) and from sealed or proofed to
// rendering (batches) is a new revision: pieces were withdrawn and their file is made again.
var (
	pieceMoves = map[PieceState][]PieceState{
		PiecePlanned:   {PieceRendered, PieceFailed, PieceWithdrawn},
		PieceRendered:  {PieceSealed, PieceFailed, PieceWithdrawn},
		PieceSealed:    {PieceReleased, PieceRendered, PieceFailed, PieceWithdrawn},
		PieceReleased:  {PiecePosted, PieceSpoiled, PieceWithdrawn},
		PieceSpoiled:   {PiecePosted, PieceWithdrawn},
		PiecePosted:    {PieceReturned},
		PieceReturned:  nil,
		PieceWithdrawn: nil,
		PieceFailed:    nil,
	}
	batchMoves = map[BatchState][]BatchState{
		BatchPlanned:      {BatchRendering, BatchCancelled},
		BatchRendering:    {BatchSealed, BatchCancelled},
		BatchSealed:       {BatchProofed, BatchRendering, BatchReleased, BatchCancelled},
		BatchProofed:      {BatchReleased, BatchRendering, BatchCancelled},
		BatchReleased:     {BatchDelivered, BatchAcknowledged, BatchPrinting, BatchPosted},
		BatchDelivered:    {BatchAcknowledged, BatchPrinting, BatchPosted},
		BatchAcknowledged: {BatchPrinting, BatchPosted},
		BatchPrinting:     {BatchPosted},
		BatchPosted:       {BatchClosed},
		BatchClosed:       nil,
		BatchCancelled:    nil,
	}
	runMoves = map[RunState][]RunState{
		RunPlanned:   {RunApproved, RunCancelled},
		RunApproved:  {RunPreparing, RunPlanned, RunCancelled},
		RunPreparing: {RunReleased, RunCancelled},
		RunReleased:  {RunMeasuring},
		RunMeasuring: {RunClosed},
		RunClosed:    nil,
		RunCancelled: nil,
	}
	fileMoves = map[FileState][]FileState{
		FileQueued:    {FileRendering, FileFailed},
		FileRendering: {FileRendered, FileQueued, FileFailed},
		FileRendered:  {FileQueued},
		FileFailed:    {FileQueued},
	}
)

// Can tells whether a piece may go from s to the next state.
func (s PieceState) Can(to PieceState) bool { return slices.Contains(pieceMoves[s], to) }

// Can tells whether a batch may go from s to the next state.
func (s BatchState) Can(to BatchState) bool { return slices.Contains(batchMoves[s], to) }

// Can tells whether a run may go from s to the next state.
func (s RunState) Can(to RunState) bool { return slices.Contains(runMoves[s], to) }

// Can tells whether a file may go from s to the next state.
func (s FileState) Can(to FileState) bool { return slices.Contains(fileMoves[s], to) }

// PiecesBefore lists the states from which a piece may enter `to`, sorted: the store guards its updates
// with it.
func PiecesBefore(to PieceState) []string { return before(pieceMoves, to) }

// BatchesBefore lists the states from which a batch may enter `to`, sorted.
func BatchesBefore(to BatchState) []string { return before(batchMoves, to) }

// RunsBefore lists the states from which a run may enter `to`, sorted.
func RunsBefore(to RunState) []string { return before(runMoves, to) }

func before[S ~string](moves map[S][]S, to S) []string {
	var from []string
	for s, next := range moves {
		if slices.Contains(next, to) {
			from = append(from, string(s))
		}
	}
	slices.Sort(from)
	return from
}

// RunsWithWaves lists the states of a run that has begun, in which a later wave is prepared, released and posted.
func RunsWithWaves() []RunState { return []RunState{RunPreparing, RunReleased, RunMeasuring} }

// WrongState is the Conflict for a batch that is not where a command needs it.
func WrongState(op string, b Batch, need string) error {
	return postlift.Faultf(postlift.Conflict, op, "batch %s is %s: %s", b.UID, b.State, need)
}

// printable states of a piece: its letter belongs into the file.
var printable = []string{string(PiecePlanned), string(PieceRendered), string(PieceSealed)}

// Printable lists the states in which a piece belongs into its file when that is rendered.
func Printable() []string { return slices.Clone(printable) }

// Unsent lists the states from which a live piece can still be withdrawn.
func Unsent() []string { return PiecesBefore(PieceWithdrawn) }
