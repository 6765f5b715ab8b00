package sandbox

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
)

// Transport reaches s without a network, whatever host is asked for: for tests with a clock of their own, and for
// counting what a run costs. Cut connections and cut answers look as they do over a socket.
func (s *Server) Transport() http.RoundTripper { return transport{s} }

type transport struct{ h http.Handler }

// errReset is what a connection cut before the answer looks like.
var errReset = errors.New("connection reset by peer")

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	in := r.Clone(context.WithoutCancel(r.Context()))
	ctx, gone := context.WithCancel(in.Context())
	in = in.WithContext(ctx)
	body, err := readBody(r)
	if err != nil {
		gone()
		return nil, err
	}
	in.Body, in.Host = io.NopCloser(bytes.NewReader(body)), r.URL.Host
	w := &recorder{header: http.Header{}}
	done := make(chan bool, 1) // whether the answer was whole
	go func() {
		whole := false
		defer func() {
			if v := recover(); v != nil && v != any(http.ErrAbortHandler) {
				panic(v)
			}
			done <- whole
		}()
		t.h.ServeHTTP(w, in)
		whole = true
	}()
	select {
	case <-r.Context().Done(): // the caller hangs up; the server may have done it all the same
		gone()
		return nil, r.Context().Err()
	case whole := <-done:
		gone()
		if !whole && w.status == 0 {
			return nil, errReset
		}
		return w.response(r, whole), nil
	}
}

func readBody(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	defer r.Body.Close()
	return io.ReadAll(r.Body)
}

// response is what was recorded, as a client sees it. One that is not whole breaks off.
func (r *recorder) response(req *http.Request, whole bool) *http.Response {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	var body io.Reader = bytes.NewReader(r.body.Bytes())
	if !whole {
		body = io.MultiReader(body, broken{})
	}
	length, err := strconv.ParseInt(r.header.Get("Content-Length"), 10, 64)
	if err != nil {
		length = int64(r.body.Len())
	}
	return &http.Response{
		Status: strconv.Itoa(r.status) + " " + http.StatusText(r.status), StatusCode: r.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: r.header, Body: io.NopCloser(body), ContentLength: length, Request: req,
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
