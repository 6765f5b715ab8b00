package sandbox

import "slices"

func (c *call) client(cl *Client) map[string]any {
	return map[string]any{
		"id": cl.ID, "name": cl.Name, "email": orNull(cl.Email), "workspaceId": c.sp.meta.ID, "archived": cl.Archived,
		"address": orNull(cl.Address), "note": orNull(cl.Note), "currencyId": ID("currency/"+c.sp.meta.ID, 1), "ccEmails": nil,
		"currencyCode": c.sp.meta.Settings.Currency,
	}
}

// listClients: archived left out returns both (#clients).
func listClients(c *call) reply {
	archived, only := c.flag("archived")
	var rows []*Client
	for cl := range c.sp.clients.all {
		if !only || cl.Archived == archived {
			rows = append(rows, cl)
		}
	}
	sortNamed(rows, clientID, func(cl *Client) string { return cl.Name })
	return page(c, rows, 5000, true, func(cl *Client) any { return c.client(cl) })
}

// mayCreate says whether the key's owner may make such things: refused is 403/501 [?] (#clients).
func (c *call) mayCreate(who string) bool {
	if c.admin() || who == "EVERYONE" {
		return true
	}
	return who == "ADMINS_AND_PROJECT_MANAGERS" && slices.ContainsFunc(c.sp.held[c.key.UserID], func(g Grant) bool { return g.Role == "PROJECT_MANAGER" })
}
