package serve

import (
	"crypto/subtle"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/pprof"
	"strconv"
	"strings"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Handler is all there is to ask for.
func (n *Node) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /profiles/{id}", n.guarded(n.profile))
	mux.Handle("GET /profiles/{id}/explain/{segment}", n.guarded(n.explain))
	mux.Handle("GET /experiments", n.guarded(n.experiments))
	mux.Handle("GET /metrics", promhttp.HandlerFor(n.metrics.registry, promhttp.HandlerOpts{}))
	mux.Handle("GET /healthz", says(n.member.stuck))
	mux.Handle("GET /readyz", says(n.member.unready))
	for path, answer := range map[string]http.HandlerFunc{"": pprof.Index, "cmdline": pprof.Cmdline, "profile": pprof.Profile, "symbol": pprof.Symbol, "trace": pprof.Trace} {
		mux.Handle("GET /debug/pprof/"+path, n.guarded(func(w http.ResponseWriter, r *http.Request) error {
			answer(w, r)
			return nil
		}))
	}
	return mux
}

// says answers 200, or 503 with what is wrong.
func says(wrong func() string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		text := wrong()
		if text == "" {
			text = "ok"
		} else {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_, _ = w.Write([]byte(text + "\n"))
	})
}

// guarded answers those who may ask.
func (n *Node) guarded(answer func(http.ResponseWriter, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := n.admit(r)
		if err == nil {
			err = answer(w, r)
		}
		status := http.StatusOK
		var no *refusal
		if errors.As(err, &no) {
			status = no.status
		} else if err != nil {
			status = http.StatusInternalServerError
		}
		n.metrics.requests.WithLabelValues(strconv.Itoa(status)).Inc()
		if err != nil {
			text, _ := json.Marshal(map[string]string{"error": err.Error()})
			if status == http.StatusUnauthorized {
				w.Header().Set("WWW-Authenticate", `Bearer realm="ebb"`)
			}
			_ = write(w, status, text)
		}
	})
}

// admit wants the token. Without one only this machine can reach the listener; but so can any page in its browsers, under a
// name that leads here, and that name is then the request's.
func (n *Node) admit(r *http.Request) error {
	if n.token == "" {
		host := r.Host
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		if ip := net.ParseIP(strings.Trim(host, "[]")); host == "localhost" || ip != nil && ip.IsLoopback() {
			return nil
		}
		return refuse(http.StatusForbidden, "the host %q is not this machine's own name: ask for 127.0.0.1, or set http.token", r.Host)
	}
	shown, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !bearer || subtle.ConstantTimeCompare([]byte(shown), []byte(n.token)) != 1 {
		return refuse(http.StatusUnauthorized, "this needs the header Authorization: Bearer, with the token that the configuration has as http.token")
	}
	return nil
}

// write sends a document.
func write(w http.ResponseWriter, status int, text []byte) error {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n')) // whoever asked is gone
	return nil
}
