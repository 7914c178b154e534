package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// errNoNode is that nobody answers where a node is looked for.
var errNoNode = errors.New("no node answers: is `ebb run` running, with this http.listen? With --dir DIR the folder of a stopped one is read")

// askNode gets a document from a node that runs: at its address, or, if that is empty, where the configuration says it listens.
func askNode(ctx context.Context, s *settings, address string, query url.Values, path ...string) ([]byte, error) {
	at, err := nodeURL(s, address)
	if err != nil {
		return nil, err
	}
	for _, part := range path {
		at += "/" + segmentOf(part)
	}
	if len(query) > 0 {
		at += "?" + query.Encode()
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return nil, asked("--node: %w", err)
	}
	if s.HTTP.Token != "" {
		r.Header.Set("Authorization", "Bearer "+s.HTTP.Token)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, fmt.Errorf("%w (%w)", errNoNode, err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, fmt.Errorf("reading the answer of %s: %w", r.URL.Host, err)
	}
	if answer.StatusCode != http.StatusOK {
		return nil, nodeError(r.URL.Host, answer.StatusCode, text)
	}
	return text, nil
}

// nodeError is what a node says instead of an answer.
func nodeError(host string, status int, text []byte) error {
	var said struct {
		Error string `json:"error"`
	}
	if json.Unmarshal(text, &said) != nil || said.Error == "" {
		return fmt.Errorf("%s answers with status %d: is it an ebb of this version?", host, status)
	}
	switch {
	case status == http.StatusBadRequest:
		return asked("%s", said.Error)
	case status == http.StatusNotFound && strings.HasPrefix(said.Error, "there is no profile "): // not: another member has it
		return &noProfile{fmt.Errorf("%s: %s", host, said.Error)}
	}
	return fmt.Errorf("%s: %s", host, said.Error)
}

// nodeURL is where a node is: on this machine, if it listens at all addresses.
func nodeURL(s *settings, address string) (string, error) {
	if address == "" {
		host, port, err := net.SplitHostPort(s.HTTP.Listen)
		if err != nil {
			return "", asked("http.listen: %w", err)
		}
		if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
			host = "127.0.0.1"
		}
		return "http://" + net.JoinHostPort(host, port), nil
	}
	if !strings.Contains(address, "://") {
		address = "http://" + address
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", asked("--node takes an address such as 127.0.0.1:8080 or https://ebb.example.com, not %q", address)
	}
	return strings.TrimSuffix(u.String(), "/"), nil
}

// segmentOf is a part of a path; dots would be taken for steps up.
func segmentOf(part string) string { return strings.ReplaceAll(url.PathEscape(part), ".", "%2E") }
