package clockify

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
)

// CustomField is CustomFieldDtoV1.
type CustomField struct {
	ID                    string          `json:"id"`
	Name                  string          `json:"name"`
	Description           string          `json:"description"`
	Placeholder           string          `json:"placeholder"`
	Type                  string          `json:"type"`       // TXT, NUMBER, CHECKBOX, LINK, DROPDOWN_SINGLE, DROPDOWN_MULTIPLE
	EntityType            string          `json:"entityType"` // TIMEENTRY, USER
	Status                string          `json:"status"`     // INACTIVE, VISIBLE, INVISIBLE
	Required              bool            `json:"required"`
	OnlyAdminCanEdit      bool            `json:"onlyAdminCanEdit"`
	AllowedValues         Strings         `json:"allowedValues"`
	WorkspaceDefaultValue json.RawMessage `json:"workspaceDefaultValue"`
}

// NewCustomField is a field to make.
type NewCustomField struct {
	Name       string `json:"name"`
	Type       string `json:"type"`
	EntityType string `json:"entityType,omitempty"`
	Status     string `json:"status,omitempty"`
}

func (f CustomField) rowID() string { return f.ID }

// CustomFields lists the fields of an entity type, TIMEENTRY or USER, or of both if it is "". The
// list has no pages.
func (c *Client) CustomFields(ctx context.Context, ws, entityType string) ([]CustomField, error) {
	r := get("workspaces", ws, "custom-fields")
	r.query = url.Values{}
	set(r.query, "entity-type", entityType)
	return whole[CustomField](ctx, c, r)
}

// CreateCustomField makes a field. Look at the status of the answer: a field was seen to come back
// INACTIVE whatever was asked for. The limits on fields are 400, code 4033.
func (c *Client) CreateCustomField(ctx context.Context, ws string, f NewCustomField) (CustomField, error) {
	return one[CustomField](ctx, c, write(once, http.MethodPost, f, "workspaces", ws, "custom-fields"))
}

// UpdateCustomField writes the whole of f, as listed and then changed: what is left out is lost.
func (c *Client) UpdateCustomField(ctx context.Context, ws string, f CustomField) (CustomField, error) {
	body := map[string]any{
		"name": f.Name, "type": f.Type, "required": f.Required, "onlyAdminCanEdit": f.OnlyAdminCanEdit,
	}
	for key, value := range map[string]string{"status": f.Status, "description": f.Description, "placeholder": f.Placeholder} {
		if value != "" {
			body[key] = value
		}
	}
	if f.AllowedValues != nil {
		body["allowedValues"] = f.AllowedValues
	}
	if v := bytes.TrimSpace(f.WorkspaceDefaultValue); len(v) > 0 && string(v) != "null" {
		body["workspaceDefaultValue"] = f.WorkspaceDefaultValue
	}
	return one[CustomField](ctx, c, write(idempotent, http.MethodPut, body, "workspaces", ws, "custom-fields", f.ID))
}
