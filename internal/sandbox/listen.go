package sandbox

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Serve listens on a loopback address, or on a port of it, and returns the URL and what stops it.
func (s *Server) Serve(address string) (url string, stop func(), err error) {
	if _, err := strconv.ParseUint(strings.TrimPrefix(address, ":"), 10, 16); err == nil { // a port alone
		address = "127.0.0.1:" + strings.TrimPrefix(address, ":")
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return "", nil, fmt.Errorf("%q is no address: want 127.0.0.1:PORT", address)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return "", nil, fmt.Errorf("%s is not a loopback address: want 127.0.0.1:PORT", address)
	}
	listener, err := net.Listen("tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return "", nil, fmt.Errorf("something else listens on %s: name another port", address)
	}
	if err != nil {
		return "", nil, err
	}
	server := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(listener) // ends with ErrServerClosed
	}()
	return "http://" + listener.Addr().String(), func() {
		_ = server.Close()
		<-done
	}, nil
}
