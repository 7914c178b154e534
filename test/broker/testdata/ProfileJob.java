// The profile job of test/bench/profile-job.yaml for Kafka Streams, with the Processor API: what somebody who knows the engine
// well would write for these five segments. Keys and values stay bytes, and the event and the profile are read into one object
// each, again and again.
//
// Three of its segments are entered exactly when ebb says so: recent_buyer, high_value and engaged. The other two are ended by
// time; as it has no timers it notices that with the person's next event, if there is one, or not at all. It remembers the
// last 32 ids of a person instead of those of 24 hours.

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

public final class ProfileJob implements Processor<byte[], byte[], byte[], byte[]> {
  private static final String STORE = "profiles";

  private final Event event = new Event();
  private final Profile profile = new Profile();
  private ProcessorContext<byte[], byte[]> context;
  private KeyValueStore<byte[], byte[]> rows;

  /** Arguments: brokers, application id, topic of events, topic of changes, folder of the state. */
  public static void main(String[] args) {
    Topology topology = new Topology();
    topology.addSource("events", new ByteArrayDeserializer(), new ByteArrayDeserializer(), args[2]);
    topology.addProcessor("fold", ProfileJob::new, "events");
    topology.addStateStore(
        Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(STORE), Serdes.ByteArray(), Serdes.ByteArray())
            .withCachingEnabled()
            .withLoggingEnabled(Map.of()),
        "fold");
    topology.addSink("changes", args[3], new ByteArraySerializer(), new ByteArraySerializer(), "fold");

    KafkaStreams streams = new KafkaStreams(topology, settings(args[0], args[1], args[4]));
    streams.setUncaughtExceptionHandler(e -> {
      e.printStackTrace();
      Runtime.getRuntime().halt(1);
      return null;
    });
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      streams.close(Duration.ofSeconds(20));
      Runtime.getRuntime().halt(0); // ended as it was asked to, which is no failure
    }));
    streams.start();
  }

  private static Properties settings(String brokers, String name, String dir) {
    Properties p = new Properties();
    p.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, brokers);
    p.put(StreamsConfig.APPLICATION_ID_CONFIG, name);
    p.put(StreamsConfig.STATE_DIR_CONFIG, dir);
    p.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
    p.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    p.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100);
    p.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 64L << 20);
    p.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 5000);
    p.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
    p.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 4000);
    p.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG), 2 << 20);
    p.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), 256 << 10);
    p.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 100);
    p.put(StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG), "lz4");
    p.put(StreamsConfig.producerPrefix(ProducerConfig.BUFFER_MEMORY_CONFIG), 64L << 20);
    return p;
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
    rows = context.getStateStore(STORE);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    event.read(record.value());
    profile.read(rows.get(record.key()));
    if (profile.knows(event.id)) return;
    int before = profile.members;
    profile.fold(event, context.currentStreamTimeMs());
    rows.put(record.key(), profile.row());
    for (int moved = before ^ profile.members; moved != 0; moved &= moved - 1) {
      int segment = Integer.numberOfTrailingZeros(moved);
      context.forward(record.withValue(change(segment, (profile.members >> segment & 1) != 0, record.key(), event.time)));
    }
  }

  private static final String[] SEGMENTS = {"recent_buyer", "high_value", "cart_abandoner", "engaged", "category_fan"};

  private static byte[] change(int segment, boolean entered, byte[] key, long time) {
    String text = "{\"segment\":\"" + SEGMENTS[segment] + "\",\"profile\":\"" + new String(key, StandardCharsets.ISO_8859_1)
        + "\",\"status\":\"" + (entered ? "entered" : "exited") + "\",\"time\":" + time + "}";
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** A place in some bytes, little-endian. */
  private static final class Cursor {
    private static final VarHandle I64 = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle I32 = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    byte[] bytes;
    int at;

    int i8() { return bytes[at++] & 0xff; }

    int i32() {
      int v = (int) I32.get(bytes, at);
      at += 4;
      return v;
    }

    long i64() {
      long v = (long) I64.get(bytes, at);
      at += 8;
      return v;
    }

    double f64() { return Double.longBitsToDouble(i64()); }

    /** Avro's int and long. */
    long varint() {
      long v = 0;
      int b;
      int shift = 0;
      do {
        b = bytes[at++];
        v |= (long) (b & 0x7f) << shift;
        shift += 7;
      } while (b < 0);
      return v >>> 1 ^ -(v & 1);
    }

    void skipText() {
      int n = (int) varint();
      at += n;
    }

    void i8(int v) { bytes[at++] = (byte) v; }

    void i32(int v) {
      I32.set(bytes, at, v);
      at += 4;
    }

    void i64(long v) {
      I64.set(bytes, at, v);
      at += 8;
    }

    void f64(double v) { i64(Double.doubleToRawLongBits(v)); }
  }

  /** An event in Confluent's wire format, by the schema of shop.avsc. */
  private static final class Event {
    static final int PAGE_VIEW = 0, PRODUCT_VIEW = 1, ADD_TO_CART = 2, PURCHASE = 3, SUPPORT = 4;

    private final Cursor in = new Cursor();
    byte[] bytes;
    long id; // a hash of it
    long time;
    int type;
    int category; // where it begins in bytes
    int categoryLength; // 0: there is none
    double amount;

    void read(byte[] value) {
      bytes = in.bytes = value;
      if (value.length < 5 || value[0] != 0) throw new IllegalArgumentException("not in Confluent's wire format");
      in.at = 5;
      id = hash((int) in.varint());
      in.skipText(); // the subject is the key
      time = in.varint();
      type = type((int) in.varint());
      categoryLength = 0;
      if (in.varint() == 1) {
        categoryLength = (int) in.varint();
        category = in.at;
        in.at += categoryLength;
      }
      if (in.varint() == 1) in.skipText(); // the item
      amount = in.varint() == 1 ? in.f64() : 0;
    }

    private long hash(int length) {
      int end = in.at + length;
      long h = length;
      while (end - in.at >= 8) h = mix(h ^ in.i64());
      while (in.at < end) h = mix(h ^ in.i8());
      return h;
    }

    private static long mix(long h) {
      h *= 0x9E3779B97F4A7C15L;
      return h ^ h >>> 29;
    }

    /** The types all differ in length. */
    private int type(int length) {
      in.at += length;
      switch (length) {
        case 7: return SUPPORT;
        case 8: return PURCHASE;
        case 9: return PAGE_VIEW;
        case 11: return ADD_TO_CART;
        case 12: return PRODUCT_VIEW;
        default: throw new IllegalArgumentException("a type of " + length + " bytes");
      }
    }
  }

  /** What is known of a person. Times are in milliseconds. */
  private static final class Profile {
    static final long MINUTE = 60_000, DAY = 24 * 60 * MINUTE;
    static final long GAP = 30 * MINUTE, LATENESS = 10 * MINUTE, BUYER = 90 * DAY;
    static final double HALF_LIFE = 14.0 * DAY, WEIGHTS[] = {0, 1, 2, 4, 0}, FAN = 5;
    static final long SINCE = 1767225600000L; // interests are kept as what they would have been worth then
    static final int IDS = 32;

    private final Cursor in = new Cursor(), out = new Cursor();

    int members; // of the segments, a bit each
    private long last; // when the latest event was
    private long bought; // when the latest purchase was; 0: there is none
    private double spent;
    private int finished; // sessions that no event can change any more

    private final long[] ids = new long[IDS]; // a ring
    private int known;
    private int oldest;

    private int open; // sessions, by their start
    private long[] starts = new long[4], ends = new long[4];
    private int[] carts = new int[4], purchases = new int[4];

    private int interests;
    private byte[][] names = new byte[8][32];
    private int[] lengths = new int[8];
    private double[] worths = new double[8];

    /** What row() gave; null: nothing is known. */
    void read(byte[] row) {
      members = finished = known = oldest = open = interests = 0;
      last = bought = 0;
      spent = 0;
      if (row == null) return;
      in.bytes = row;
      in.at = 0;
      members = in.i8();
      known = in.i8();
      oldest = in.i8();
      open = in.i8();
      interests = in.i8();
      finished = in.i32();
      last = in.i64();
      bought = in.i64();
      spent = in.f64();
      for (int i = 0; i < known; i++) ids[i] = in.i64();
      while (open > starts.length) growSessions();
      for (int i = 0; i < open; i++) {
        starts[i] = in.i64();
        ends[i] = in.i64();
        carts[i] = in.i32();
        purchases[i] = in.i32();
      }
      while (interests > worths.length) growInterests();
      for (int i = 0; i < interests; i++) {
        int n = in.i8();
        name(i, row, in.at, n);
        in.at += n;
        worths[i] = in.f64();
      }
    }

    byte[] row() {
      int size = 33 + 8 * known + 24 * open + 9 * interests;
      for (int i = 0; i < interests; i++) size += lengths[i];
      out.bytes = new byte[size];
      out.at = 0;
      out.i8(members);
      out.i8(known);
      out.i8(oldest);
      out.i8(open);
      out.i8(interests);
      out.i32(finished);
      out.i64(last);
      out.i64(bought);
      out.f64(spent);
      for (int i = 0; i < known; i++) out.i64(ids[i]);
      for (int i = 0; i < open; i++) {
        out.i64(starts[i]);
        out.i64(ends[i]);
        out.i32(carts[i]);
        out.i32(purchases[i]);
      }
      for (int i = 0; i < interests; i++) {
        out.i8(lengths[i]);
        System.arraycopy(names[i], 0, out.bytes, out.at, lengths[i]);
        out.at += lengths[i];
        out.f64(worths[i]);
      }
      return out.bytes;
    }

    boolean knows(long id) {
      for (int i = 0; i < known; i++) if (ids[i] == id) return true;
      return false;
    }

    /** streamTime is the greatest time of the partition, this event's included. */
    void fold(Event e, long streamTime) {
      remember(e.id);
      last = Math.max(last, e.time);
      if (e.type == Event.PURCHASE) {
        spent += e.amount;
        bought = Math.max(bought, e.time);
      }
      if (e.categoryLength > 0) like(e);
      finish(streamTime - LATENESS);
      if (e.time >= streamTime - LATENESS) visit(e);
      judge();
    }

    private void remember(long id) {
      if (known < IDS) {
        ids[known++] = id;
        return;
      }
      ids[oldest] = id;
      oldest = (oldest + 1) % IDS;
    }

    /** 2^((time - SINCE) / HALF_LIFE): what one unit of then is worth at a time. */
    private static double unit(long time) { return Math.exp((time - SINCE) * (Math.log(2) / HALF_LIFE)); }

    private void like(Event e) {
      double worth = WEIGHTS[e.type] * unit(e.time);
      for (int i = 0; i < interests; i++) {
        if (Arrays.equals(names[i], 0, lengths[i], e.bytes, e.category, e.category + e.categoryLength)) {
          worths[i] += worth;
          return;
        }
      }
      if (interests == worths.length) growInterests();
      name(interests, e.bytes, e.category, e.categoryLength);
      worths[interests++] = worth;
    }

    private void name(int i, byte[] from, int at, int length) {
      if (names[i].length < length) names[i] = new byte[length];
      System.arraycopy(from, at, names[i], 0, length);
      lengths[i] = length;
    }

    /** Counts the sessions that ended, gap included, before an instant, and forgets them. */
    private void finish(long before) {
      int left = 0;
      for (int i = 0; i < open; i++) {
        if (ends[i] + GAP < before) finished++;
        else copySession(i, left++);
      }
      open = left;
    }

    /** Puts an event into its session, opening one or joining several. */
    private void visit(Event e) {
      long start = e.time, end = e.time;
      int carted = e.type == Event.ADD_TO_CART ? 1 : 0, purchased = e.type == Event.PURCHASE ? 1 : 0;
      int left = 0, place = 0;
      for (int i = 0; i < open; i++) {
        if (e.time >= starts[i] - GAP && e.time <= ends[i] + GAP) {
          start = Math.min(start, starts[i]);
          end = Math.max(end, ends[i]);
          carted += carts[i];
          purchased += purchases[i];
          continue;
        }
        copySession(i, left++);
        if (starts[i] < e.time) place = left;
      }
      if (left == starts.length) growSessions();
      for (int i = left; i > place; i--) copySession(i - 1, i);
      starts[place] = start;
      ends[place] = end;
      carts[place] = carted;
      purchases[place] = purchased;
      open = left + 1;
    }

    private void copySession(int from, int to) {
      if (from == to) return;
      starts[to] = starts[from];
      ends[to] = ends[from];
      carts[to] = carts[from];
      purchases[to] = purchases[from];
    }

    private void judge() {
      int in = 0;
      if (bought != 0 && bought > last - BUYER) in |= 1;
      if (spent >= 500) in |= 2;
      if (open > 0 && carts[open - 1] > 0 && purchases[open - 1] == 0) in |= 4;
      if (finished + open >= 3) in |= 8;
      double best = 0;
      for (int i = 0; i < interests; i++) best = Math.max(best, worths[i]);
      if (best > 0 && best >= FAN * unit(last)) in |= 16;
      members = in;
    }

    private void growSessions() {
      int n = 2 * starts.length;
      starts = Arrays.copyOf(starts, n);
      ends = Arrays.copyOf(ends, n);
      carts = Arrays.copyOf(carts, n);
      purchases = Arrays.copyOf(purchases, n);
    }

    private void growInterests() {
      int n = 2 * worths.length;
      names = Arrays.copyOf(names, n);
      for (int i = n / 2; i < n; i++) names[i] = new byte[32];
      lengths = Arrays.copyOf(lengths, n);
      worths = Arrays.copyOf(worths, n);
    }
  }
}
