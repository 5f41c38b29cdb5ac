package store

import (
	"bytes"
	"encoding/json"
	"fmt"

	"postlift"
	"postlift/accounts"
)

// accountsWithAttributes is accountsTable with the organisation's own attributes, for files that have any: others
// need not carry the column along.
var accountsWithAttributes = &loadTable[accounts.Account]{name: accountsTable.name, prefix: accountsTable.prefix, key: accountsTable.key,
	columns: append(accountsTable.columns[:len(accountsTable.columns):len(accountsTable.columns)],
		loadColumn[accounts.Account]{"custom", always, func(a *accounts.Account) any { return attributesJSON(a.Custom) }})}

// attributesJSON is the document of attributes as it is stored: names in order, no nulls; NULL where nothing is left.
func attributesJSON(values map[string]json.RawMessage) any {
	kept := make(map[string]json.RawMessage, len(values))
	for name, v := range values {
		if !bytes.Equal(v, []byte("null")) {
			kept[name] = v
		}
	}
	if len(kept) == 0 {
		return nil
	}
	return string(toJSON(kept))
}

func (l *loader) saveAccounts(list []accounts.Account, has func(string) bool) (changed int64, err error) {
	if len(list) == 0 || list[0].Custom == nil {
		return saveNouns(l, accountsTable, list, has)
	}
	if err := l.keepAttributes(list); err != nil {
		return 0, err
	}
	return saveNouns(l, accountsWithAttributes, list, has)
}

// keepAttributes adds what the database holds of accounts and the file has no columns for.
func (l *loader) keepAttributes(list []accounts.Account) error {
	at := map[int64]*accounts.Account{}
	var ids []int64
	for i := range list {
		if !list[i].New {
			at[list[i].ID] = &list[i]
			ids = append(ids, list[i].ID)
		}
	}
	var id int64
	var stored jsonText
	var broken error
	err := scanAll(l.tx, "SELECT id, custom FROM accounts WHERE custom IS NOT NULL AND id IN (*)", ids, []any{&id, &stored}, func() {
		old := map[string]json.RawMessage{}
		if err := stored.into(&old); err != nil && broken == nil {
			broken = fmt.Errorf("store: attributes of account %d: %w", id, err)
		}
		for name, v := range at[id].Custom {
			old[name] = v
		}
		at[id].Custom = old
	})
	if err != nil {
		return err
	}
	return broken
}

// attributeTypesKey is the settings row that remembers the type of every attribute that was ever declared: values of
// one that was taken out stay where they are.
const attributeTypesKey = "attribute_types"

// checkAttributeTypes refuses an attribute of another type than its stored values have, and remembers the types.
func (t *tx) checkAttributeTypes(list []accounts.Attribute) error {
	var row settingRow
	if err := t.Where("key = ?", attributeTypesKey).Limit(1).Find(&row).Error; err != nil {
		return fmt.Errorf("store.SaveSettings: %w", err)
	}
	types := map[string]string{}
	if err := row.Value.into(&types); err != nil {
		return fmt.Errorf("store.SaveSettings: %w", err)
	}
	before := len(types)
	changed := false
	for _, a := range list {
		old, declared := types[a.Name]
		if declared && old != a.Type {
			if err := t.checkNoValues(a, old); err != nil {
				return err
			}
		}
		changed = changed || old != a.Type
		types[a.Name] = a.Type
	}
	if !changed && len(types) == before {
		return nil
	}
	row = settingRow{Key: attributeTypesKey, Value: toJSON(types), UpdatedAt: t.store.now()}
	return t.Save(&row).Error
}

func (t *tx) checkNoValues(a accounts.Attribute, old string) error {
	var n int64
	err := t.sql.QueryRowContext(t.ctx, t.store.bind("SELECT COUNT(*) FROM accounts WHERE custom IS NOT NULL AND custom ->> CAST(? AS TEXT) IS NOT NULL"), a.Name).Scan(&n)
	if err != nil {
		return fmt.Errorf("store.SaveSettings: %w", err)
	}
	if n == 0 {
		return nil
	}
	return postlift.Faultf(postlift.Conflict, "settings",
		"attribute %q is declared as %s, but %d accounts hold values of it as %s: give the new attribute another name, or clear the values first by importing the accounts with an empty column %s%s",
		a.Name, a.Type, n, old, accounts.CustomPrefix, a.Name)
}
