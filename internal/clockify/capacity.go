package clockify

import (
	"context"
	"encoding/json"
	"math"
	"net/http"
	"time"
)

// CapacityPage is how many people a page of CapacityTotals holds.
const CapacityPage = 200

// CapacityTotal is SchedulingUsersTotalsDtoV1, as far as it is used.
type CapacityTotal struct {
	UserID         string  `json:"userId"`
	CapacityPerDay int64   `json:"capacityPerDay"` // seconds
	WorkingDays    Strings `json:"workingDays"`    // MONDAY, ...
}

func (t CapacityTotal) rowID() string { return t.UserID }

// UnmarshalJSON rounds capacityPerDay, a double on the wire, to the second.
func (t *CapacityTotal) UnmarshalJSON(data []byte) error {
	type plain CapacityTotal
	wire := struct {
		*plain
		CapacityPerDay float64 `json:"capacityPerDay"`
	}{plain: (*plain)(t)}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	t.CapacityPerDay = int64(math.Round(wire.CapacityPerDay))
	return nil
}

// CapacityTotals reads page n, from 1, of the work capacities of everybody between two instants: a
// read, though a POST. It needs the workspace feature SCHEDULING (docs/clockify-api.md#capacity-totals).
// Nothing proves that all pages together are complete: who is missing is read alone.
func (c *Client) CapacityTotals(ctx context.Context, ws string, start, end time.Time, n int) ([]CapacityTotal, error) {
	r := write(read, http.MethodPost, map[string]any{
		"start": wireTime(start), "end": wireTime(end),
		"page": n, "pageSize": CapacityPage, "statusFilter": "ALL",
	}, "workspaces", ws, "scheduling", "assignments", "user-filter", "totals")
	p, err := fetch[CapacityTotal](ctx, c, r)
	return p.rows, err
}
