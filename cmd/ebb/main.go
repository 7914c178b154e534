// Command ebb turns topics of behaviour into profiles that stay true as time passes.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := root().ExecuteContext(ctx)
	stop()
	if err == nil {
		return
	}
	var asked *wrong
	if errors.As(err, &asked) {
		asked.print(os.Stderr)
		os.Exit(2)
	}
	fmt.Fprintln(os.Stderr, "ebb:", err)
	os.Exit(1)
}
