// Package config reads what a run is told beside users.csv: the config file, environment, inputs of the GitHub Action,
// flags, and the secrets among them. One table, Settings, says each setting once. It writes the config back, too. It does
// not know Clockify, users.csv's rows or the process it runs in: whoever calls it brings the lookup.
package config
