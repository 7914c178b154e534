//go:build linux

package registry

import (
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"testing"
)

// A proxy stands before a registry at an address of its own. While it is away, connections to it are refused.
type proxy struct {
	t       *testing.T
	forward http.Handler
	address string
	server  *http.Server
	ended   chan error
}

func startProxy(t *testing.T, registry string) *proxy {
	t.Helper()
	target, err := url.Parse(registry)
	if err != nil {
		t.Fatal(err)
	}
	forward := httputil.NewSingleHostReverseProxy(target)
	forward.ErrorLog = log.New(io.Discard, "", 0) // of requests that were under way when it was closed
	p := &proxy{t: t, forward: forward, address: "127.0.0.1:0"}
	p.back()
	t.Cleanup(p.away)
	return p
}

func (p *proxy) url() string { return "http://" + p.address }

func (p *proxy) back() {
	p.t.Helper()
	l, err := net.Listen("tcp", p.address)
	if err != nil {
		p.t.Fatal(err)
	}
	p.address = l.Addr().String()
	p.server, p.ended = &http.Server{Handler: p.forward}, make(chan error, 1)
	go func(s *http.Server, ended chan error) { ended <- s.Serve(l) }(p.server, p.ended)
}

func (p *proxy) away() {
	if p.server == nil {
		return
	}
	_ = p.server.Close()
	if err := <-p.ended; !errors.Is(err, http.ErrServerClosed) {
		p.t.Errorf("the proxy ended: %v", err)
	}
	p.server = nil
}
