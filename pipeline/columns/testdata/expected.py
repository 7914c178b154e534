# Writes what pyarrow reads in each file here, as lines of JSON: python3 expected.py (pyarrow 22 and newer).
import datetime, decimal, glob, json, math
import pyarrow as pa, pyarrow.parquet as pq

def plain(scalar):
    t = scalar.type
    if not scalar.is_valid:
        return None
    if pa.types.is_map(t):
        entries = [(e["key"], e["value"]) for e in scalar.values] if len(scalar.values) else []
        return {k.as_py() if isinstance(k.as_py(), str) else json.dumps(k.as_py()): plain(v) for k, v in entries}
    if pa.types.is_list(t):
        return [plain(v) for v in scalar.values]
    if pa.types.is_struct(t):
        return {name: plain(scalar[name]) for name in (f.name for f in t)}
    if pa.types.is_timestamp(t):
        ms = scalar.cast(pa.int64()).as_py() // {"s": 1, "ms": 1, "us": 1000, "ns": 1000000}[t.unit] * (1000 if t.unit == "s" else 1)
        at = datetime.datetime.fromtimestamp(0, datetime.timezone.utc) + datetime.timedelta(milliseconds=ms)
        return at.strftime("%Y-%m-%dT%H:%M:%S") + (".%03d" % (ms % 1000) if ms % 1000 else "") + "Z"
    if pa.types.is_date(t):
        return scalar.as_py().isoformat() + "T00:00:00Z"
    if pa.types.is_time(t):
        return scalar.cast(pa.int64()).as_py() // 1000 / 1000
    if pa.types.is_decimal(t):
        return float(scalar.as_py())
    v = scalar.as_py()
    if isinstance(v, bytes):
        try:
            return v.decode()
        except UnicodeDecodeError:
            return v.decode("latin1")
    return None if isinstance(v, float) and not math.isfinite(v) else v

for path in glob.glob("*.parquet"):
    table = pq.read_table(path)
    with open(path.removesuffix(".parquet") + ".jsonl", "w") as out:
        for i in range(table.num_rows):
            out.write(json.dumps({name: plain(table.column(name)[i]) for name in table.column_names}) + "\n")
