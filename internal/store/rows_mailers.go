package store

import (
	"time"

	"postlift"
)

// Rows of vendors, batches and pieces: the shapes that gorm reads and writes, never seen outside this room.

// vendorRow is a row of vendors.
type vendorRow struct {
	ID       int64    `gorm:"column:id;primaryKey"`
	UID      string   `gorm:"column:uid"`
	Name     string   `gorm:"column:name"`
	Delivery jsonText `gorm:"column:delivery"`
}

// TableName names the table to gorm.
func (vendorRow) TableName() string { return "vendors" }

// seedAddressRow is a row of seed_addresses.
type seedAddressRow struct {
	ID        int64  `gorm:"column:id;primaryKey"`
	UID       string `gorm:"column:uid"`
	VendorID  *int64 `gorm:"column:vendor_id"`
	Name      string `gorm:"column:name"`
	Company   string `gorm:"column:company"`
	Gender    string `gorm:"column:gender"`
	FirstName string `gorm:"column:first_name"`
	LastName  string `gorm:"column:last_name"`
	Street    string `gorm:"column:street"`
	Postcode  string `gorm:"column:postcode"`
	City      string `gorm:"column:city"`
	Country   string `gorm:"column:country"`
	Language  string `gorm:"column:language"`
	Active    bool   `gorm:"column:active"`
}

// TableName names the table to gorm.
func (seedAddressRow) TableName() string { return "seed_addresses" }

// batchRow is a row of batches.
type batchRow struct {
	ID             int64         `gorm:"column:id;primaryKey"`
	UID            string        `gorm:"column:uid"`
	RunID          int64         `gorm:"column:run_id"`
	VendorID       int64         `gorm:"column:vendor_id"`
	State          string        `gorm:"column:state"`
	Revision       int64         `gorm:"column:revision"`
	ChunkSize      int64         `gorm:"column:chunk_size"`
	ContentSHA256  string        `gorm:"column:content_sha256"`
	ApprovedBy     string        `gorm:"column:approved_by"`
	ApprovedAt     *time.Time    `gorm:"column:approved_at"`
	ApprovedSHA256 string        `gorm:"column:approved_sha256"`
	SealedAt       *time.Time    `gorm:"column:sealed_at"`
	ReleasedAt     *time.Time    `gorm:"column:released_at"`
	PostedOn       postlift.Date `gorm:"column:posted_on"`
	CreatedAt      time.Time     `gorm:"column:created_at"`
	Wave           int64         `gorm:"column:wave"`
	InHomeOn       postlift.Date `gorm:"column:in_home_on"`
}

// TableName names the table to gorm.
func (batchRow) TableName() string { return "batches" }

// batchFileRow is a row of batch_files.
type batchFileRow struct {
	ID         int64      `gorm:"column:id;primaryKey"`
	BatchID    int64      `gorm:"column:batch_id"`
	Chunk      int64      `gorm:"column:chunk"`
	Language   string     `gorm:"column:language"`
	FirstSeq   int64      `gorm:"column:first_seq"`
	LastSeq    int64      `gorm:"column:last_seq"`
	State      string     `gorm:"column:state"`
	Revision   int64      `gorm:"column:revision"`
	Attempt    int64      `gorm:"column:attempt"`
	LeaseUntil *time.Time `gorm:"column:lease_until"`
	Artefact   string     `gorm:"column:artefact"`
	SHA256     string     `gorm:"column:sha256"`
	Bytes      int64      `gorm:"column:bytes"`
	Pages      int64      `gorm:"column:pages"`
	Error      string     `gorm:"column:error"`
	Variant    string     `gorm:"column:variant"`
}

// TableName names the table to gorm.
func (batchFileRow) TableName() string { return "batch_files" }

// pieceRow is a row of pieces.
type pieceRow struct {
	ID           int64         `gorm:"column:id;primaryKey"`
	UID          string        `gorm:"column:uid"`
	RunID        int64         `gorm:"column:run_id"`
	CampaignID   int64         `gorm:"column:campaign_id"`
	Step         int64         `gorm:"column:step"`
	Pass         int64         `gorm:"column:pass"`
	Kind         string        `gorm:"column:kind"`
	ReprintNo    int64         `gorm:"column:reprint_no"`
	AccountID    *int64        `gorm:"column:account_id"`
	SiteID       *int64        `gorm:"column:site_id"`
	ContactID    *int64        `gorm:"column:contact_id"`
	RecipientKey string        `gorm:"column:recipient_key"`
	BatchID      int64         `gorm:"column:batch_id"`
	Chunk        int64         `gorm:"column:chunk"`
	SeqNo        int64         `gorm:"column:seq_no"`
	Token        string        `gorm:"column:token"`
	Code         string        `gorm:"column:code"`
	Language     string        `gorm:"column:language"`
	Variant      string        `gorm:"column:variant"`
	DesignSHA256 string        `gorm:"column:design_sha256"`
	State        string        `gorm:"column:state"`
	Reason       string        `gorm:"column:reason"`
	FirstPage    int64         `gorm:"column:first_page"`
	PageCount    int64         `gorm:"column:page_count"`
	SHA256       string        `gorm:"column:sha256"`
	PostedOn     postlift.Date `gorm:"column:posted_on"`
	ReturnedOn   postlift.Date `gorm:"column:returned_on"`
	PrintSHA256  string        `gorm:"column:print_sha256"`
}

// TableName names the table to gorm.
func (pieceRow) TableName() string { return "pieces" }

// printedAddressRow is a row of printed_addresses.
type printedAddressRow struct {
	PieceID  int64    `gorm:"column:piece_id;primaryKey;autoIncrement:false"`
	Lines    jsonText `gorm:"column:lines"`
	Country  string   `gorm:"column:country"`
	Postcode string   `gorm:"column:postcode"`
	Merge    jsonText `gorm:"column:merge"`
}

// TableName names the table to gorm.
func (printedAddressRow) TableName() string { return "printed_addresses" }
