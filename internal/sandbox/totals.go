package sandbox

import (
	"cmp"
	"slices"
	"time"
)

// listTotals is POST scheduling/assignments/user-filter/totals: a read of capacity in seconds and working days, at most
// 200 a page (#capacity-totals). Missing start or end: 400/3001 (#errors).
func listTotals(c *call) reply {
	if !c.has("start") || !c.has("end") {
		return fail(400, 3001, "Required parameter 'start' or 'end' is not present")
	}
	start, end := in[string](c, "start"), in[string](c, "end")
	c.enum("statusFilter", "PUBLISHED", "UNPUBLISHED", "ALL")
	number, size := or(in[*int](c, "page"), 1), or(in[*int](c, "pageSize"), 50)
	if c.bad != nil {
		return *c.bad
	}
	for key, v := range map[string]string{"start": start, "end": end} {
		if _, err := time.Parse(time.RFC3339, v); err != nil {
			return badDate(key)
		}
	}
	var people []*User
	for m := range c.sp.members.all {
		if m.Status != "DECLINED" {
			people = append(people, c.d.users.get(m.UserID))
		}
	}
	slices.SortStableFunc(people, func(a, b *User) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	return pageOf(c, people, number, size, 200, false, func(u *User) any {
		m := c.sp.members.get(u.ID)
		perDay, _ := seconds(m.WorkCapacity)
		if c.sp.meta.unlike("totals") {
			perDay /= 60
		}
		return map[string]any{
			"userId": u.ID, "userName": orNull(u.Name), "userImage": "", "userStatus": m.Status, "workspaceId": c.sp.meta.ID,
			"capacityPerDay": perDay, "workingDays": m.WorkingDays, "totalHoursPerDay": []any{},
		}
	})
}

// badDate is a date that cannot be read: 400/501 naming the field (#errors).
func badDate(key string) reply {
	return refuse("You entered invalid value for field: [" + key + "]. This field can't be empty and must be in format yyyy-MM-ddThh:mm:ssZ")
}
