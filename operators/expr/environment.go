package expr

import (
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/env"
	"cel.dev/cel-go/common/operators"
)

// environment declares SPEC section 4 to cel-go's checker. Nothing is bound: evaluation is ours.
var environment = sync.OnceValues(func() (*cel.Env, error) {
	text, num, whole, flag, dyn, span := cel.StringType, cel.DoubleType, cel.IntType, cel.BoolType, cel.DynType, cel.DurationType
	perhaps := cel.NullableType(num)
	texts := cel.ListType(text)
	a, b := cel.TypeParamType("A"), cel.TypeParamType("B")
	fn := func(name string, result *cel.Type, signatures ...[]*cel.Type) cel.EnvOption {
		var overloads []cel.FunctionOpt
		for _, args := range signatures {
			id := name
			for _, t := range args {
				id += "_" + t.String()
			}
			overloads = append(overloads, cel.Overload(id, args, result))
		}
		return cel.Function(name, overloads...)
	}
	args := func(types ...*cel.Type) []*cel.Type { return types }
	// optional is a function of literals, then a window and a filter, either of which may be left out.
	optional := func(name string, result *cel.Type, filterOnly bool, literals ...*cel.Type) cel.EnvOption {
		with := func(more ...*cel.Type) []*cel.Type { return append(append([]*cel.Type(nil), literals...), more...) }
		if filterOnly {
			return fn(name, result, with(), with(flag))
		}
		return fn(name, result, with(), with(text), with(flag), with(text, flag))
	}
	// Equality, `in` and ?: are declared anew, wider: int and double compare and mix with each other.
	wide := env.NewLibrarySubset().AddExcludedFunctions(&env.Function{Name: operators.Equals}, &env.Function{Name: operators.NotEquals},
		&env.Function{Name: operators.In}, &env.Function{Name: operators.Conditional})
	mixed := func(op string) cel.EnvOption { return fn(op, num, args(whole, num), args(num, whole)) }
	return cel.NewCustomEnv(
		cel.StdLib(cel.StdLibSubset(wide)), cel.CrossTypeNumericComparisons(true), cel.EnableMacroCallTracking(),
		cel.ParserRecursionLimit(200), cel.ParserExpressionSizeLimit(20_000),
		fn(operators.Equals, flag, args(a, b)), fn(operators.NotEquals, flag, args(a, b)),
		fn(operators.In, flag, args(a, cel.ListType(b)), args(a, cel.MapType(text, b))),
		fn(operators.Conditional, dyn, args(flag, a, b)),
		mixed(operators.Add), mixed(operators.Subtract), mixed(operators.Multiply), mixed(operators.Divide),

		optional("count", whole, false, text),
		optional("sum", num, false, text, text), optional("avg", perhaps, false, text, text),
		optional("min", perhaps, false, text, text), optional("max", perhaps, false, text, text),
		optional("distinct", whole, false, text, text),
		optional("first", dyn, true, text, text), optional("last", dyn, true, text, text),
		optional("ever", flag, true, text),
		optional("since_first", span, true, text), optional("since_last", span, true, text),
		fn("minutes", span, args(whole), args(num)), fn("hours", span, args(whole), args(num)),
		fn("days", span, args(whole), args(num)), fn("weeks", span, args(whole), args(num)),
		fn("decayed", num, args(text, text), args(text, text, text), args(text, text, flag), args(text, text, text, flag)),
		fn("affinity", num, args(text, text, text, text)), fn("affinity_share", num, args(text, text, text, text)),
		fn("top", texts, args(text, text, text, whole)),
		fn("interest", num, args(text, text)), fn("interest_share", num, args(text, text)),
		fn("interest_max", num, args(text)), fn("interests", texts, args(text, whole)),
		fn("sessions", whole, args(), args(text)),
		cel.Variable("session.active", flag), cel.Variable("session.events", whole),
		cel.Variable("session.start", cel.NullableType(cel.TimestampType)), cel.Variable("session.seconds", whole),
		fn("session.count", whole, args(text)), fn("session.first", dyn, args(text, text)),
		fn("followed_by", flag, args(text, text, text)), fn("not_followed_by", flag, args(text, text, text)),
		fn("pending", cel.ListType(dyn), args(text, text, text), args(text, text, text, text)),
		fn("trait", dyn, args(text)), fn("context", dyn, args(text)),
		fn("local_hour", whole, args()), fn("local_weekday", whole, args()),
		fn("consent", flag, args(text)), fn("in_segment", flag, args(text)), fn("bucket", whole, args(text)),
		fn("p_alive", perhaps, args(text)), fn("expected", perhaps, args(text, text)), fn("value", perhaps, args(text, text, text)),
		cel.Function("lowerAscii", cel.MemberOverload("text_lower", args(text), text)),
		cel.Function("upperAscii", cel.MemberOverload("text_upper", args(text), text)),
		cel.Function("trim", cel.MemberOverload("text_trim", args(text), text)),

		cel.Variable("e.id", text), cel.Variable("e.source", text), cel.Variable("e.type", text),
		cel.Variable("e.time", cel.TimestampType), cel.Variable("e.data", cel.MapType(text, dyn)),
	)
})
