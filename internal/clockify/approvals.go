package clockify

import (
	"context"
	"encoding/json"
	"iter"
	"time"
)

// Approval is a request to approve somebody's time or expenses of a period.
type Approval struct {
	ID     string
	UserID string
	Start  time.Time
	End    time.Time
	State  string // PENDING, APPROVED, WITHDRAWN_SUBMISSION, WITHDRAWN_APPROVAL, REJECTED
	Time   bool   // it has time entries
}

func (a Approval) rowID() string { return a.ID }

// UnmarshalJSON reads ApprovalDetailsDtoV1.
func (a *Approval) UnmarshalJSON(data []byte) error {
	var wire struct {
		Request struct {
			ID        string                         `json:"id"`
			Owner     struct{ UserID string }        `json:"owner"`
			DateRange struct{ Start, End time.Time } `json:"dateRange"`
			Status    struct{ State string }         `json:"status"`
		} `json:"approvalRequest"`
		Entries []struct{} `json:"entries"`
	}
	err := json.Unmarshal(data, &wire)
	r := wire.Request
	*a = Approval{r.ID, r.Owner.UserID, r.DateRange.Start, r.DateRange.End, r.Status.State, len(wire.Entries) > 0}
	return err
}

// approvalPage is the most that a page of approvals may have (docs/clockify-api.md#approvals).
const approvalPage = 200

// Approvals lists what is approved, the latest period first.
func (c *Client) Approvals(ctx context.Context, ws string) iter.Seq2[Approval, error] {
	r := get("workspaces", ws, "approval-requests")
	r.query = map[string][]string{"status": {"APPROVED"}, "sort-column": {"START"}, "sort-order": {"DESCENDING"}}
	return pages[Approval](ctx, c, r, approvalPage)
}
