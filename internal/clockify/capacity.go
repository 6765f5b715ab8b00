package clockify

import (
	"context"
	"encoding/json"
	"iter"
	"math"
	"net/http"
	"time"
)

const capacityPage = 200 // the vendor's maximum

// CapacityTotal is SchedulingUsersTotalsDtoV1, as far as it is used.
type CapacityTotal struct {
	UserID         string  `json:"userId"`
	UserName       string  `json:"userName"`
	UserStatus     string  `json:"userStatus"`
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

// CapacityTotals reads the work capacity of everybody between two instants: a read, though a POST.
// It needs the workspace feature SCHEDULING (docs/clockify-api.md#capacity-totals).
func (c *Client) CapacityTotals(ctx context.Context, ws string, start, end time.Time) iter.Seq2[CapacityTotal, error] {
	r := write(read, http.MethodPost, nil, "workspaces", ws, "scheduling", "assignments", "user-filter", "totals")
	// No probe: a person who slipped through is noticed by the caller, who knows the people, and is
	// read alone.
	return walk(r, capacityPage, false, func(n, size int) (page[CapacityTotal], error) {
		r := r
		r.body = map[string]any{
			"start": wireTime(start), "end": wireTime(end),
			"page": n, "pageSize": size, "statusFilter": "ALL",
		}
		return fetch[CapacityTotal](ctx, c, r)
	})
}
