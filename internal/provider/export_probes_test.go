package provider

// ProbeNames are the assumptions that Probe looks at.
func ProbeNames() (names []string) {
	for _, p := range probes {
		names = append(names, p.name)
	}
	return names
}
