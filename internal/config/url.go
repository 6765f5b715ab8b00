package config

import (
	"errors"
	"net"
	"net/url"
)

// checkURL refuses what a key must not be sent to. The value is not part of the error: it may hold a password.
func checkURL(text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Hostname() == "" || (u.Scheme != "https" && u.Scheme != "http"):
		return errors.New("not an address like https://api.clockify.me/api/v1")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return errors.New("an address without user name, password, query and fragment is needed")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return errors.New("https is needed: the key would be sent in the clear")
	}
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
