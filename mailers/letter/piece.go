package letter

// Piece is everything about one printed piece, frozen when it was prepared. It is plain data and
// survives JSON unchanged, so that a file rendered again tomorrow is the same file.
type Piece struct {
	ID          string         `json:"id"`            // outward id of the piece
	BatchID     string         `json:"batch_id"`      // outward id of its batch
	Language    string         `json:"language"`      // "de" or "en", a region may follow ("en-US", "de-AT")
	TrackingURL string         `json:"tracking_url"`  // what the QR code says
	Code        string         `json:"code"`          // typed code as stored: 11 characters, ungrouped
	MatchCode   string         `json:"match_code"`    // short text on every sheet for the camera and the eye
	Seq         int            `json:"seq,omitempty"` // number in its batch, from 1; 0 prints no match code for the camera
	Kind        string         `json:"kind"`          // live, seed or proof
	Address     []string       `json:"address"`       // label lines as printed, 1 to 6, see address.Lines
	Merge       map[string]any `json:"merge"`         // contact, account, sender, campaign …: see merge.Builtin
}
