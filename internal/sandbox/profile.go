package sandbox

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
)

var (
	weekdays = []string{"MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"}
	capacity = regexp.MustCompile(`^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$`)
)

// theMember is the member of the path: for admins anybody, for others themselves [?].
func (c *call) theMember() (*Member, *reply) {
	m := c.sp.members.get(c.p["user"])
	var rep reply
	switch {
	case !c.admin() && c.p["user"] != c.key.UserID:
		rep = denied()
	case m == nil:
		rep = refuse("User doesn't belong to Workspace")
	default:
		return m, nil
	}
	return nil, &rep
}

// getProfile is GET member-profile/{uid} (#profile).
func getProfile(c *call) reply {
	m, rep := c.theMember()
	if rep != nil {
		return *rep
	}
	return ok(c.profile(m))
}

func (c *call) profile(m *Member) map[string]any {
	u := c.d.users.get(m.UserID)
	values := []any{}
	for f := range c.sp.fields.all {
		if f.EntityType != "USER" || f.Status == "INACTIVE" || !c.sp.features["USER_CUSTOM_FIELDS"] {
			continue
		}
		v, source := f.Default, "WORKSPACE"
		if own, there := m.FieldValues[f.ID]; there {
			v, source = own, "USER"
		}
		values = append(values, map[string]any{
			"customFieldId": f.ID, "name": f.Name, "type": f.Type, "sourceType": source, "userId": m.UserID, "value": v, "customField": c.field(f),
		})
	}
	return map[string]any{
		"email": u.Email, "name": orNull(u.Name), "imageUrl": "", "hasPassword": u.AccountStatus == "ACTIVE", "hasPendingApprovalRequest": false,
		"weekStart": m.WeekStart, "workCapacity": m.WorkCapacity, "workingDays": m.WorkingDays, "workspaceNumber": len(c.d.workspacesOf(u.ID)),
		"userCustomFieldValues": values,
	}
}

// patchProfile is PATCH member-profile/{uid}: what is left out is kept, userCustomFields merge [?]. workingDays is an array
// of strings; the JSON-encoded string of the vendor's schema is refused (#profile).
func patchProfile(c *call) reply {
	m, rep := c.theMember()
	if rep != nil {
		return *rep
	}
	n := deepMember(*m)
	if c.has("weekStart") {
		n.WeekStart = c.enum("weekStart", weekdays...)
	}
	if c.has("workCapacity") {
		n.WorkCapacity = in[string](c, "workCapacity")
	}
	if c.has("workingDays") {
		n.WorkingDays = in[[]string](c, "workingDays")
		for _, d := range n.WorkingDays {
			if !contains(weekdays, d) {
				return fail(400, 3002, "JSON parse error: "+d+" is not one of the values accepted for workingDays")
			}
		}
	}
	changes := in[[]map[string]json.RawMessage](c, "userCustomFields")
	if c.bad != nil {
		return *c.bad
	}
	if _, fine := seconds(n.WorkCapacity); !fine {
		return refuse("You entered invalid value for field: [workCapacity].")
	}
	for _, change := range changes {
		id, _ := value[string](change, "customFieldId")
		f := c.sp.fields.get(id)
		if rep := c.setField(&n, f, change); rep != nil {
			return *rep
		}
	}
	u := *c.d.users.get(m.UserID)
	if c.has("name") && u.AccountStatus == "LIMITED" { // name works for limited users only (#profile)
		u.Name = in[string](c, "name")
		c.d.users.put(u.ID, &u)
	}
	c.sp.members.put(n.UserID, &n)
	return ok(c.profile(&n))
}

// seconds reads an ISO-8601 duration of hours, minutes and seconds.
func seconds(iso string) (int, bool) {
	m := capacity.FindStringSubmatch(iso)
	if m == nil || iso == "PT" {
		return 0, false
	}
	total := 0
	for i, unit := range []int{3600, 60, 1} {
		n, _ := strconv.Atoi(m[i+1])
		total += n * unit
	}
	return total, true
}

// setField stores a field value on a member: null or nothing clears it, but for a required field [?].
func (c *call) setField(m *Member, f *CustomField, body map[string]json.RawMessage) *reply {
	var rep reply
	if f == nil || f.EntityType != "USER" {
		rep = refuse("Custom field doesn't belong to Workspace")
		return &rep
	}
	if !c.sp.features["USER_CUSTOM_FIELDS"] {
		return c.missing()
	}
	v, err := value[any](body, "value")
	if err != nil || !fits(f, v) || v == nil && f.Required {
		rep = refuse("You entered invalid value for field: [" + f.Name + "]")
		return &rep
	}
	if m.FieldValues == nil {
		m.FieldValues = map[string]any{}
	}
	if v == nil {
		delete(m.FieldValues, f.ID)
	} else {
		m.FieldValues[f.ID] = normal(f, v)
	}
	return nil
}

// fits says whether a value is of the field's type; which dropdown values are allowed is checked for people only [?].
func fits(f *CustomField, v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case bool:
		return f.Type == "CHECKBOX"
	case float64:
		return f.Type == "NUMBER"
	case string:
		if f.Type == "NUMBER" {
			_, err := strconv.ParseFloat(v, 64)
			return err == nil
		}
		return f.Type == "TXT" || f.Type == "LINK" || f.Type == "DROPDOWN_SINGLE" && contains(f.AllowedValues, v)
	case []any:
		return f.Type == "DROPDOWN_MULTIPLE" && !slices.ContainsFunc(v, func(e any) bool {
			s, is := e.(string)
			return !is || !contains(f.AllowedValues, s)
		})
	}
	return false
}

// normal makes numbers of numeric strings (#field-values-of-an-entry).
func normal(f *CustomField, v any) any {
	if s, is := v.(string); is && f.Type == "NUMBER" {
		if n, err := strconv.ParseFloat(s, 64); err == nil {
			return n
		}
	}
	return v
}
