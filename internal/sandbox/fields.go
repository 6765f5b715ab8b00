package sandbox

import (
	"strconv"
)

var (
	fieldTypes    = []string{"TXT", "NUMBER", "DROPDOWN_SINGLE", "DROPDOWN_MULTIPLE", "CHECKBOX", "LINK"}
	fieldStatuses = []string{"INACTIVE", "VISIBLE", "INVISIBLE"}
	fieldEntities = []string{"TIMEENTRY", "USER"}
)

func (c *call) field(f *CustomField) map[string]any {
	allowed := f.AllowedValues
	if allowed == nil {
		allowed = []string{}
	}
	return map[string]any{
		"id": f.ID, "workspaceId": c.sp.meta.ID, "name": f.Name, "type": f.Type, "entityType": f.EntityType, "status": f.Status,
		"description": orNull(f.Description), "placeholder": orNull(f.Placeholder), "allowedValues": allowed, "required": f.Required,
		"onlyAdminCanEdit": f.OnlyAdminCanEdit, "workspaceDefaultValue": f.Default, "projectDefaultValues": []any{},
	}
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// fieldsOff says whether the plan has no fields at all: 403 was seen (#custom-fields).
func (c *call) fieldsOff() bool {
	return !c.sp.features["CUSTOM_FIELDS"] && !c.sp.features["USER_CUSTOM_FIELDS"]
}

// entityFeature is the plan feature that fields of an entity type need.
func entityFeature(entity string) string {
	if entity == "USER" {
		return "USER_CUSTOM_FIELDS"
	}
	return "CUSTOM_FIELDS"
}

// listFields ignores page and page-size, returns everything, and has no Last-Page (#lists-without-pages).
func listFields(c *call) reply {
	if c.fieldsOff() {
		return *c.missing()
	}
	entities := c.list("entity-type")
	for _, e := range entities {
		if !contains(fieldEntities, e) {
			c.badQuery("entity-type", e)
		}
	}
	if c.bad != nil {
		return *c.bad
	}
	out := []any{}
	for f := range c.sp.fields.all {
		if len(entities) == 0 || contains(entities, f.EntityType) {
			out = append(out, c.field(f))
		}
	}
	return ok(out)
}

// fieldBody reads the body of POST and PUT: what is left out is empty.
func (c *call) fieldBody(f *CustomField) *reply {
	f.Name, f.Type = in[string](c, "name"), c.enum("type", fieldTypes...)
	f.Description, f.Placeholder = in[string](c, "description"), in[string](c, "placeholder")
	f.AllowedValues, f.Required = in[[]string](c, "allowedValues"), in[bool](c, "required")
	f.OnlyAdminCanEdit, f.Default = in[bool](c, "onlyAdminCanEdit"), in[any](c, "workspaceDefaultValue")
	if status := c.enum("status", fieldStatuses...); status != "" {
		f.Status = status
	}
	var rep reply
	switch {
	case c.bad != nil:
		return c.bad
	case f.Name == "" || f.Type == "":
		rep = refuse("must not be null")
	case len([]rune(f.Name)) < 2 || len([]rune(f.Name)) > 250:
		rep = refuse("Custom field name has to be between 2 and 250 characters long")
	default:
		for o := range c.sp.fields.all {
			if o.Name == f.Name && o.EntityType == f.EntityType && o.ID != f.ID { // unique names: unprobed [?]
				rep = refuse("Custom field with name '" + f.Name + "' already exists")
				return &rep
			}
		}
		return c.fieldLimit(f)
	}
	return &rep
}

// fieldLimit is 400/4033: 50 fields of a kind, of which 5 are visible for time entries and 10 active for people (#custom-fields).
func (c *call) fieldLimit(f *CustomField) *reply {
	all, shown, isNew := 0, 0, true
	for o := range c.sp.fields.all {
		if o.ID == f.ID {
			isNew = false
			continue
		}
		if o.EntityType != f.EntityType {
			continue
		}
		all++
		if o.Status == "VISIBLE" || f.EntityType == "USER" && o.Status != "INACTIVE" {
			shown++
		}
	}
	most, counts := 5, f.Status == "VISIBLE"
	if f.EntityType == "USER" {
		most, counts = 10, f.Status != "INACTIVE"
	}
	var rep reply
	switch {
	case isNew && all >= 50:
		rep = fail(400, 4033, "You reached the limit of 50 custom fields")
	case counts && shown >= most:
		rep = fail(400, 4033, "You reached the limit of "+strconv.Itoa(most)+" visible custom fields")
	default:
		return nil
	}
	return &rep
}

// createField is POST custom-fields: 201. An addon token cannot (#keys); on some workspaces the field
// comes back INACTIVE whatever was asked (#new-field).
func createField(c *call) reply {
	f := &CustomField{EntityType: c.enum("entityType", fieldEntities...), Status: "VISIBLE"}
	orElse(&f.EntityType, "TIMEENTRY")
	if c.bad != nil {
		return *c.bad
	}
	if c.key.Addon {
		return denied()
	}
	if !c.sp.features[entityFeature(f.EntityType)] {
		return *c.missing()
	}
	f.ID = c.d.newID("field", func(id string) bool { return c.sp.fields.get(id) != nil })
	if rep := c.fieldBody(f); rep != nil {
		return *rep
	}
	if c.sp.meta.FieldActivationQuirk {
		f.Status = "INACTIVE"
	}
	c.sp.fields.put(f.ID, f)
	return created(c.field(f))
}

func (c *call) theField() (*CustomField, *reply) {
	f := c.sp.fields.get(c.p["field"])
	if f == nil {
		rep := refuse("Custom field doesn't belong to Workspace")
		return nil, &rep
	}
	return f, nil
}

// updateField needs the full body: what is left out is emptied, the status alone is kept [?] (#custom-fields).
func updateField(c *call) reply {
	f, rep := c.theField()
	if rep != nil {
		return *rep
	}
	n := *f
	if rep := c.fieldBody(&n); rep != nil {
		return *rep
	}
	if c.sp.meta.FieldActivationQuirk && f.Status == "INACTIVE" && n.Status == "VISIBLE" {
		return fail(500, 500, "Internal server error")
	}
	c.sp.fields.put(n.ID, &n)
	return ok(c.field(&n))
}
