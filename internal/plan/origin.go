package plan

// SetOrigins says of each change where it comes from: what the plan of the base's files has too, made against the same
// state, would be done without the pull request. Without such a plan it is not known.
func (p *Plan) SetOrigins(base *Plan) {
	drift := map[string]bool{}
	if base != nil {
		for i := range base.Changes {
			drift[base.Changes[i].sameChange()] = true
		}
	}
	for i := range p.Changes {
		c := &p.Changes[i]
		switch {
		case base == nil:
			c.Origin = FromUnknown
		case drift[c.sameChange()]:
			c.Origin = FromDrift
		default:
			c.Origin = FromPullRequest
		}
	}
}

// sameChange is the same for two changes that do the same, whether or not they need approval.
func (c *Change) sameChange() string {
	plain := *c
	plain.Gated = false
	return identify(&plain)
}
