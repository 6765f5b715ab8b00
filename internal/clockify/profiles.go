package clockify

import (
	"context"
	"encoding/json"
	"net/http"
)

// MemberProfile is MemberProfileDtoV1, as far as it is used.
type MemberProfile struct {
	WorkCapacity          string              `json:"workCapacity"` // a day's, ISO-8601: PT7H30M
	WorkingDays           Strings             `json:"workingDays"`
	UserCustomFieldValues []ProfileFieldValue `json:"userCustomFieldValues"`
}

// ProfileFieldValue is the value of a user custom field on a profile, as raw JSON.
type ProfileFieldValue struct {
	CustomFieldID string          `json:"customFieldId"`
	Value         json.RawMessage `json:"value"`
}

// FieldValue is a value to write: a number for NUMBER, a bool for CHECKBOX, a list for
// DROPDOWN_MULTIPLE, else a string; nil is sent as null.
type FieldValue struct {
	CustomFieldID string `json:"customFieldId"`
	Value         any    `json:"value"`
}

// ProfilePatch is what to change; what is left out stays.
type ProfilePatch struct {
	WorkCapacity     *string      `json:"workCapacity,omitempty"`
	WorkingDays      []string     `json:"workingDays,omitempty"` // MONDAY, ...
	UserCustomFields []FieldValue `json:"userCustomFields,omitempty"`
}

// MemberProfile reads somebody's profile: one call a person.
func (c *Client) MemberProfile(ctx context.Context, ws, uid string) (MemberProfile, error) {
	return c.profile(ctx, get("workspaces", ws, "member-profile", uid))
}

// PatchMemberProfile changes somebody's profile and returns it. Whether UserCustomFields replaces
// or merges is not known: send every field that changes, and read again.
func (c *Client) PatchMemberProfile(ctx context.Context, ws, uid string, patch ProfilePatch) (MemberProfile, error) {
	return c.profile(ctx, write(idempotent, http.MethodPatch, patch, "workspaces", ws, "member-profile", uid))
}

func (c *Client) profile(ctx context.Context, r request) (MemberProfile, error) {
	var got *MemberProfile
	err := c.do(ctx, r, func(_ http.Header, body []byte) error {
		got = nil
		return object(body, &got)
	})
	if err != nil {
		return MemberProfile{}, err
	}
	return *got, nil
}
