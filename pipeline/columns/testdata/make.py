# Writes pyarrow.parquet: python3 make.py (pyarrow 22 and newer).
import datetime as dt, decimal
import pyarrow as pa, pyarrow.parquet as pq
u=dt.timezone.utc
t=pa.table({
 "order": pa.array(["o1","o2","o3",None]),
 "user": pa.array([7,8,9,10], pa.int64()),
 "at": pa.array([dt.datetime(2026,1,5,10,0,0,123999,u), dt.datetime(2026,1,6,10,0,0,0,u), dt.datetime(2026,1,7,0,0,0,1,u), None], pa.timestamp("us","UTC")),
 "nanos": pa.array([1767607200123456789, 0, 1, None], pa.timestamp("ns","UTC")),
 "day": pa.array([dt.date(2026,1,5), dt.date(2026,1,6), dt.date(1969,12,31), None], pa.date32()),
 "price": pa.array([decimal.Decimal("19.99"), decimal.Decimal("-0.01"), decimal.Decimal("12345678901234567890.12"), None], pa.decimal128(30,2)),
 "small": pa.array([1.5,-2.0,float("nan"),None], pa.float32()),
 "big": pa.array([2**64-1, 2**53+1, 0, None], pa.uint64()),
 "tiny": pa.array([-128,127,0,None], pa.int8()),
 "paid": pa.array([True,False,None,None]),
 "lines": pa.array([[{"sku":"a","n":2,"tags":["x","y"]},{"sku":"b","n":None,"tags":[]}],[],None,[{"sku":"c","n":1,"tags":None}]],
     pa.list_(pa.struct([("sku",pa.string()),("n",pa.int32()),("tags",pa.list_(pa.string()))]))),
 "props": pa.array([[("k","v"),("l",None)],[],None,[("","e")]], pa.map_(pa.string(),pa.string())),
 "raw": pa.array([b"text", b"\xff\x00", b"", None], pa.binary()),
 "clock": pa.array([dt.time(1,2,3,4005), None, None, None], pa.time64("us")),
})
pq.write_table(t,"pyarrow.parquet", compression="zstd", row_group_size=3, data_page_version="2.0", store_schema=False)
