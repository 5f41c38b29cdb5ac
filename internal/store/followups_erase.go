package store

import (
	"context"
	"fmt"

	"postlift"
	"postlift/responses"
)

// erasable lists what holds words of one event: the response, the call or note, the task and what was decided on it. The
// event of an accepted task is named by the task.
const erasable = `SELECT source, external_id FROM responses WHERE uid = ?
	UNION SELECT source, external_id FROM followups WHERE uid = ?
	UNION SELECT source, external_id FROM tasks WHERE uid = ?
	UNION SELECT '` + responses.TaskSource + `', uid FROM tasks WHERE uid = ?
	UNION SELECT t.source, t.external_id FROM tasks t JOIN responses r ON r.source = '` + responses.TaskSource + `' AND r.external_id = t.uid WHERE r.uid = ?`

// EraseReply takes the words of an event out of every table that holds them. What is counted stays; of a task stays what
// is needed to close it.
func (s *Store) EraseReply(ctx context.Context, uid string, by postlift.Actor) error {
	const op = "store.EraseReply"
	return s.inTx(ctx, func(t *tx) error {
		var events []struct{ Source, ExternalID string }
		if err := t.Raw(erasable, uid, uid, uid, uid, uid).Scan(&events).Error; err != nil {
			return fmt.Errorf("%s: %w", op, err)
		}
		if len(events) == 0 {
			return postlift.Faultf(postlift.NotFound, op, "there is no response, note or task %q", uid)
		}
		for _, e := range events {
			for _, statement := range []string{
				"UPDATE responses SET detail = NULL WHERE source = ? AND external_id = ?",
				"UPDATE followups SET detail = NULL WHERE source = ? AND external_id = ?",
				"UPDATE task_decisions SET note = '' WHERE task_id IN (SELECT id FROM tasks WHERE source = ? AND external_id = ?)",
			} {
				if _, err := t.exec(statement, e.Source, e.ExternalID); err != nil {
					return fmt.Errorf("%s: %w", op, err)
				}
			}
			if err := t.eraseTasks(e.Source, e.ExternalID); err != nil {
				return fmt.Errorf("%s: %w", op, err)
			}
		}
		return t.event(by, "response", uid, "erased", nil)
	})
}

// eraseTasks keeps of the tasks of an event its kind alone.
func (t *tx) eraseTasks(source, externalID string) error {
	var tasks []taskRow
	if err := t.Where("source = ? AND external_id = ?", source, externalID).Find(&tasks).Error; err != nil {
		return err
	}
	for _, task := range tasks {
		var detail responses.TaskDetail
		if err := task.Detail.into(&detail); err != nil {
			return err
		}
		kept := toJSON(responses.TaskDetail{Event: detail.Event})
		if _, err := t.exec("UPDATE tasks SET detail = ? WHERE id = ?", string(kept), task.ID); err != nil {
			return err
		}
	}
	return nil
}
