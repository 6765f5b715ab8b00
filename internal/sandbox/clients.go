package sandbox

import "slices"

// client renders a client; the answer to PUT lacks currencyCode (section 3).
func (c *call) client(cl *Client, currency bool) map[string]any {
	row := map[string]any{
		"id": cl.ID, "name": cl.Name, "email": orNull(cl.Email), "workspaceId": c.sp.head.ID, "archived": cl.Archived,
		"address": orNull(cl.Address), "note": orNull(cl.Note), "currencyId": ID("currency/"+c.sp.head.ID, 1), "ccEmails": cl.CcEmails,
	}
	if currency {
		row["currencyCode"] = c.sp.head.Settings.Currency
	}
	return row
}

// listClients: archived left out returns both (section 3).
func listClients(c *call) reply {
	archived, only := c.flag("archived")
	var rows []*Client
	for cl := range c.sp.clients.all {
		if containsFold(cl.Name, c.query("name")) && (!only || cl.Archived == archived) {
			rows = append(rows, cl)
		}
	}
	sortNamed(c, rows, clientID, func(cl *Client) string { return cl.Name })
	return page(c, rows, 5000, true, func(cl *Client) any { return c.client(cl, true) })
}

func (c *call) theClient() (*Client, *reply) {
	cl := c.sp.clients.get(c.p["client"])
	if cl == nil {
		rep := refuse("Client doesn't belong to Workspace")
		return nil, &rep
	}
	return cl, nil
}

func getClient(c *call) reply {
	cl, rep := c.theClient()
	if rep != nil {
		return *rep
	}
	return ok(c.client(cl, true))
}

// mayCreate says whether the key's owner may make such things: refused is 403/501 [?] (section 3).
func (c *call) mayCreate(who string) bool {
	if c.admin() || who == "EVERYONE" {
		return true
	}
	return who == "ADMINS_AND_PROJECT_MANAGERS" && slices.ContainsFunc(c.sp.held[c.key.UserID], func(g Grant) bool { return g.Role == "PROJECT_MANAGER" })
}

// clientBody checks what POST and PUT share: the name is required and unique, archived clients included (section 3).
func (c *call) clientBody(cl *Client) *reply {
	cl.Name, cl.Email = in[string](c, "name"), in[string](c, "email")
	cl.Address, cl.Note = in[string](c, "address"), in[string](c, "note")
	var rep reply
	switch {
	case c.bad != nil:
		return c.bad
	case !c.mayCreate(c.sp.head.Settings.WhoCanCreateProjectsAndClients):
		rep = denied()
	case cl.Name == "":
		rep = refuse("Client name is required")
	case len([]rune(cl.Name)) > 100:
		rep = refuse("Client name cannot be longer than 100.")
	default:
		for o := range c.sp.clients.all {
			if o.Name == cl.Name && o.ID != cl.ID {
				rep = refuse("Client with name '" + cl.Name + "' already exists")
				return &rep
			}
		}
		return nil
	}
	return &rep
}

// createClient ignores ccEmails (section 3).
func createClient(c *call) reply {
	cl := &Client{ID: c.d.newID("client", func(id string) bool { return c.sp.clients.get(id) != nil })}
	if rep := c.clientBody(cl); rep != nil {
		return *rep
	}
	c.sp.clients.put(cl.ID, cl)
	return created(c.client(cl, true))
}

// updateClient replaces: what is left out is emptied, ccEmails too, of which there are three at most (section 3).
func updateClient(c *call) reply {
	cl, rep := c.theClient()
	if rep != nil {
		return *rep
	}
	n := Client{ID: cl.ID, Archived: in[bool](c, "archived"), CcEmails: in[[]string](c, "ccEmails")}
	if rep := c.clientBody(&n); rep != nil {
		return *rep
	}
	if len(n.CcEmails) > 3 {
		return refuse("Number of additional emails must be less than 3")
	}
	archive, _ := c.flag("archive-projects")
	if c.bad != nil {
		return *c.bad
	}
	if archive && n.Archived {
		for p := range c.sp.projects.all {
			if p.ClientID == n.ID {
				q := *p
				q.Archived = true
				c.sp.projects.put(q.ID, &q)
			}
		}
	}
	c.sp.clients.put(n.ID, &n)
	return ok(c.client(&n, false))
}

// deleteClient needs it archived first; its name is free then (section 3). Its projects keep no client [?].
func deleteClient(c *call) reply {
	cl, rep := c.theClient()
	switch {
	case rep != nil:
		return *rep
	case !c.mayCreate(c.sp.head.Settings.WhoCanCreateProjectsAndClients):
		return denied()
	case !cl.Archived:
		return refuse("Cannot delete an active client")
	}
	c.sp.clients.del(cl.ID, clientID)
	for p := range c.sp.projects.all {
		if p.ClientID == cl.ID {
			n := *p
			n.ClientID = ""
			c.sp.projects.put(n.ID, &n)
		}
	}
	return ok(c.client(cl, true))
}
