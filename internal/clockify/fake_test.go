package clockify

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
)

const testToken = "secret-token-0123456789"

// server is a RoundTripper that answers from a function and keeps what it was asked.
type server struct {
	mu     sync.Mutex
	answer func(n int, req *http.Request) (*http.Response, error) // n counts from 0
	got    []*http.Request
	bodies []string
}

func (s *server) RoundTrip(req *http.Request) (*http.Response, error) {
	body := ""
	if req.Body != nil {
		data, _ := io.ReadAll(req.Body)
		req.Body.Close()
		body = string(data)
	}
	s.mu.Lock()
	n := len(s.got)
	s.got = append(s.got, req)
	s.bodies = append(s.bodies, body)
	s.mu.Unlock()
	return s.answer(n, req)
}

// script answers in order, the last answer over and over.
func script(answers ...func() (*http.Response, error)) *server {
	return &server{answer: func(n int, _ *http.Request) (*http.Response, error) {
		return answers[min(n, len(answers)-1)]()
	}}
}

func says(status int, body string, header ...string) func() (*http.Response, error) {
	return func() (*http.Response, error) {
		h := http.Header{}
		for i := 0; i+1 < len(header); i += 2 {
			h.Set(header[i], header[i+1])
		}
		return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body))}, nil
	}
}

func fails(err error) func() (*http.Response, error) {
	return func() (*http.Response, error) { return nil, err }
}

// cut answers with a body that ends in the middle.
func cut(status int, body string) func() (*http.Response, error) {
	return func() (*http.Response, error) {
		r := io.MultiReader(strings.NewReader(body), broken{})
		return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(r)}, nil
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func client(t *testing.T, rt http.RoundTripper, change ...func(*Options)) *Client {
	t.Helper()
	o := Options{Token: testToken, Base: rt, Limiter: NewLimiter(0)}
	for _, f := range change {
		f(&o)
	}
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
