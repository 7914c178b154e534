package live

import (
	"flag"
	"testing"

	"go.uber.org/goleak"
)

var (
	seeds   = flag.Int("seeds", 20, "how many histories the simulation tries")
	seed    = flag.Uint64("seed", 0, "the one history to try; 0: as many as -seeds says, from a new beginning")
	rewrite = flag.Bool("rewrite", false, "write the golden files anew")
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
