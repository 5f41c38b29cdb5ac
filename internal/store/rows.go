package store

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
)

// allRows lists every row type; the drift test holds them against both engines' schemas.
var allRows = []any{
	settingRow{},
	exchangeRateRow{},
	importRunRow{},
	eventRow{},
	employeeRow{},
	accountRow{},
	siteRow{},
	contactRow{},
	orderRow{},
	orderLineRow{},
	contractRow{},
	contractLineRow{},
	contractEventRow{},
	opportunityRow{},
	channelCostRow{},
	suppressionRow{},
	suppressionEntryRow{},
	scoreRunRow{},
	scorePointerRow{},
	scoreRow{},
	accountFeatureRow{},
	backtestRow{},
	accountChangeRow{},
	accountGroupRow{},
	accountLogRow{},
	placeRow{},
	ruleRow{},
	ruleVersionRow{},
	segmentRow{},
	segmentBuildRow{},
	segmentSpellRow{},
	featureStateRow{},
	designRow{},
	designVersionRow{},
	campaignRow{},
	campaignVersionRow{},
	runRow{},
	runApprovalRow{},
	runDesignRow{},
	enrolmentRow{},
	choiceRow{},
	vendorRow{},
	seedAddressRow{},
	batchRow{},
	batchFileRow{},
	pieceRow{},
	printedAddressRow{},
	responseRow{},
	attributionRow{},
	runReadingRow{},
	runLessonRow{},
	opportunityStageRow{},
	codeLeakRow{},
	taskRow{},
	taskDecisionRow{},
	liftTableRow{},
	followUpRow{},
	salesLinkRow{},
	programmeRow{},
	programmeMemberRow{},
}

// jsonText is a JSON document as both engines take it; the empty text is NULL.
type jsonText string

// Value gives the text, or NULL for the empty one.
func (j jsonText) Value() (driver.Value, error) {
	if j == "" {
		return nil, nil
	}
	return string(j), nil
}

// Scan reads NULL, text or bytes.
func (j *jsonText) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*j = ""
	case string:
		*j = jsonText(v)
	case []byte:
		*j = jsonText(v)
	default:
		return fmt.Errorf("jsonText: cannot scan %T", src)
	}
	return nil
}

// toJSON marshals values of this program's own types, which cannot fail to marshal.
func toJSON(v any) jsonText {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("store: marshal %T: %v", v, err))
	}
	return jsonText(b)
}

// into unmarshals a document; NULL leaves the target as it is.
func (j jsonText) into(v any) error {
	if j == "" {
		return nil
	}
	return json.Unmarshal([]byte(j), v)
}
