package arch

// rule is what the packages of one path may import, besides the standard library.
type rule struct {
	path    string   // below the module; "x/..." is every package below x that has no rule of its own
	ours    []string // our packages, in the same form
	outside []string // modules
	why     string
}

// imports are the rules; every package falls under the first that fits.
var imports = []rule{
	{
		path:    "schemas",
		ours:    nil,
		outside: []string{"github.com/go-json-experiment/json", "github.com/klauspost/compress", "github.com/linkedin/goavro/v2"},
		why:     "schemas is what all others speak: it depends on nobody, and on codecs only: JSON, Avro, and the compression of Avro's files",
	},
	{
		path: "state/disk",
		ours: []string{"state", "schemas"}, outside: []string{"github.com/cockroachdb/pebble/v2"},
		why: "only state/disk knows how state lies on a disk, and it knows nothing of what the state means",
	},
	{
		path: "state",
		ours: []string{"schemas"}, outside: []string{"github.com/cespare/xxhash/v2"},
		why: "state is what is remembered, as values: it knows neither who decides nor where it is kept",
	},
	{
		path: "operators/expr",
		ours: []string{"schemas"}, outside: []string{"cel.dev/cel-go"},
		why: "a plan says what must be kept; it does not keep it. CEL stays behind this package",
	},
	{
		path: "operators/catalog",
		ours: []string{"operators/...", "schemas", "state"},
		why:  "the catalog only lists operators and puts them behind each other",
	},
	{
		path: "operators",
		ours: []string{"operators/expr", "schemas", "state"},
		why:  "the fold knows operators by their interface: a new one changes the catalog alone",
	},
	{
		path: "operators/predict",
		ours: []string{"operators/expr", "schemas"}, outside: []string{"gonum.org/v1/gonum"},
		why: "predict is mathematics: pure functions of numbers. gonum has the optimiser, the eigenvalues and the digamma function that fitting needs, and is itself pure Go without I/O",
	},
	{
		path:    "operators/bandit",
		outside: []string{"gonum.org/v1/gonum"},
		why:     "bandit is mathematics: pure functions of numbers. gonum has the incomplete beta function, and is itself pure Go without I/O",
	},
	{
		path: "operators/...",
		ours: []string{"operators", "operators/expr", "schemas", "state"},
		why:  "operators do not know each other, nor who runs them: each is one folder and one line in the catalog",
	},
	{
		path:    "pipeline/serve",
		ours:    []string{"operators/...", "pipeline", "pipeline/behind", "pipeline/live", "pipeline/partition", "schemas", "state", "state/disk"},
		outside: []string{"github.com/prometheus/client_golang", "github.com/twmb/franz-go"},
		why:     "HTTP and metrics are a view of the pipeline: they listen to it, read what it stored and explain it by its operators; they decide nothing",
	},
	{
		path: "pipeline/demo",
		ours: []string{"pipeline/shop", "schemas"}, outside: []string{"github.com/twmb/franz-go"},
		why: "the demo's broker and shoppers are the world outside: the service reads them as it reads any topic",
	},
	{
		path: "pipeline/shop",
		ours: []string{"schemas"},
		why:  "made-up traffic is the world outside, and reads no clock: a seed gives the same events everywhere",
	},
	{
		path: "pipeline/registry",
		ours: []string{"schemas"}, outside: []string{"github.com/twmb/franz-go"},
		why: "the registry's client only answers schemas' question for a writer's schema",
	},
	{
		path: "pipeline/columns",
		ours: []string{"schemas"}, outside: []string{"github.com/parquet-go/parquet-go"},
		why: "columns only turns Parquet files into values and back: what the rows mean is said elsewhere",
	},
	{
		path: "pipeline/partition",
		ours: []string{"operators/...", "pipeline/live", "schemas", "state", "state/disk"}, outside: []string{"github.com/bits-and-blooms/bloom/v3", "github.com/twmb/franz-go"},
		why: "a partition is what a task folds: it knows records and the store, no broker and no clock",
	},
	{
		path: "pipeline/behind",
		ours: []string{"pipeline/partition", "schemas", "state", "state/disk"},
		why:  "behind only puts off what is written: to it a row is a key, bytes and an instant",
	},
	{
		path: "pipeline/past",
		ours: []string{"pipeline/live", "pipeline/partition", "schemas"}, outside: []string{"github.com/twmb/franz-go"},
		why: "past reads topics for bounded runs: it knows neither what is folded nor why",
	},
	{
		path: "pipeline/repeat",
		ours: []string{"pipeline/partition", "pipeline/past", "schemas", "state"}, outside: []string{"github.com/twmb/franz-go"},
		why: "to repeat is to fold what topics hold as the service did: what is compared with it is another's concern",
	},
	{
		path: "pipeline/live",
		ours: []string{"schemas", "state"}, outside: []string{"github.com/twmb/franz-go"},
		why: "live is the delivery guarantee: what is folded, where it is kept and who logs it come in through its Config, so that it can be read and attacked alone",
	},
	{
		path:    "pipeline",
		ours:    []string{"operators/...", "pipeline/columns", "schemas", "state", "state/disk"},
		outside: []string{"github.com/cespare/xxhash/v2", "github.com/klauspost/compress", "github.com/twmb/franz-go"},
		why:     "the pipeline runs the fold; the configuration's form and the command line are not its concern",
	},
	{
		path:    "config",
		outside: []string{"github.com/goccy/go-yaml", "github.com/invopop/jsonschema"},
		why:     "config knows the file's form and no operator's fields: each brings its own",
	},
	{
		path:    "cmd/...",
		ours:    []string{"config", "operators/...", "pipeline/...", "schemas", "state/..."},
		outside: []string{"github.com/spf13/cobra", "github.com/schollz/progressbar/v3", "github.com/twmb/franz-go", "go.uber.org/zap", "golang.org/x/term"},
		why:     "a command wires what there is, and asks the brokers for what is no pipeline: topics, an erasure; what only tests need does not ship",
	},
	{
		path: "test/model",
		why:  "the model judges the engine: it must share nothing with it",
	},
	{
		path:    "test/...",
		ours:    []string{"..."},
		outside: []string{"*"},
		why:     "tests of several packages may use all of them",
	},
}

// departures are imports beyond the rules.
var departures = []struct{ from, to, why string }{
	{"operators/action", "operators/bandit", "bandit is mathematics, not an operator: action draws by it"},
	{"operators/feature", "operators/predict", "predict is mathematics, not an operator: feature answers p_alive, expected and value by it"},
}

// testModules may be imported by any package's tests.
var testModules = []string{"pgregory.net/rapid", "github.com/rogpeppe/go-internal", "go.uber.org/goleak"}

// ban is what code of some packages may not use.
type ban struct {
	paths   []string // as in rule
	except  []string
	imports []string // "net/..." is everything below net
	uses    []string // of imported packages: "time.Now"
	goes    bool     // no go statements
	why     string
}

var bans = []ban{
	{
		paths:   []string{"schemas", "state", "operators/..."},
		imports: []string{"os", "os/...", "net", "net/...", "io/fs", "io/ioutil", "path/filepath", "syscall", "log", "log/...", "database/..."},
		uses:    []string{"time.LoadLocation", "time.Local", "fmt.Print", "fmt.Printf", "fmt.Println"},
		why:     "schemas, state and operators do no I/O: their answer depends on their arguments alone, on any machine",
	},
	{
		paths:   []string{"schemas", "state", "operators/..."},
		imports: []string{"math/rand", "math/rand/v2", "crypto/rand", "hash/maphash"},
		uses:    []string{"runtime.GOMAXPROCS", "runtime.NumCPU", "context.Background"},
		why:     "a replay must give the same result, always: seeds are inputs",
	},
	{
		paths:  []string{"..."},
		except: []string{"pipeline/...", "cmd/...", "test/..."},
		uses: []string{"time.Now", "time.Since", "time.Until", "time.Sleep", "time.After", "time.AfterFunc", "time.Tick",
			"time.NewTimer", "time.NewTicker"},
		why: "only the pipeline reads a clock: below it, time is an argument",
	},
	{
		paths:  []string{"..."},
		except: []string{"pipeline/...", "cmd/...", "test/..."},
		goes:   true,
		why:    "only the pipeline starts goroutines, and waits for them",
	},
}

// exceptions to bans: a file, and what it uses.
var exceptions = []struct{ file, use, why string }{
	{"state/disk/fault.go", "go", "after a fault Pebble may never return, with its locks held: the caller must"},
}

// folders are all there are at the top.
var folders = []string{"cmd", "config", "operators", "pipeline", "schemas", "state", "test"}

// made is what builds and runs leave at the top; it is not checked in.
var made = []string{"bin", "out", "data"}

// badNames of folders say nothing of what is in them.
var badNames = map[string]string{
	"internal": "the import table says who may use what, and why",
	"util":     "name it after what it does",
	"utils":    "name it after what it does",
	"common":   "name it after what it does",
	"helpers":  "name it after what it does",
	"misc":     "name it after what it does",
	"mocks":    "tests stand on the real thing, in memory",
}
