import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * What a program on a JVM sees of a broker, the same for every client library.
 *
 *   CLASS ADDRESS TOPIC create
 *   CLASS ADDRESS TOPIC publish COUNT SIZE          WINDOW at most without their ack
 *   CLASS ADDRESS TOPIC wait CLIENTS SIZE SECONDS   each waits for its ack
 *   CLASS ADDRESS TOPIC consume COUNT               what `publish COUNT` left there, without acks
 *   CLASS ADDRESS TOPIC latency RATE SIZE SECONDS   from when it was due until it was read
 *   CLASS ADDRESS TOPIC first SIZE                  makes the topic and sends one value
 *   CLASS ADDRESS TOPIC delete
 *
 * A virtual machine is slow at first: all but `first` do everything once before, uncounted. Prints
 * one line of JSON: all records and bytes that the broker took or gave, and of those that count how
 * many a second there were, and their latencies.
 */
final class Load {
  private static final int WINDOW = 500;

  private final Broker broker;

  private Load(Broker broker) {
    this.broker = broker;
  }

  /** Does what the arguments say, and ends the program: libraries leave threads behind. */
  static void main(Broker broker, String[] arguments) {
    try {
      int[] numbers = Arrays.stream(arguments).skip(3).mapToInt(Integer::parseInt).toArray();
      System.out.println(new Load(broker).run(arguments[2], numbers));
      System.out.flush();
      Runtime.getRuntime().halt(0);
    } catch (Throwable error) {
      fail(error);
    }
  }

  static void fail(Throwable error) {
    error.printStackTrace();
    Runtime.getRuntime().halt(1);
  }

  private String run(String mode, int[] numbers) throws Exception {
    switch (mode) {
      case "create":
        broker.create();
        return "{}";
      case "delete":
        broker.delete();
        return "{}";
      case "publish":
        return publish(numbers[0], numbers[1]);
      case "wait":
        return waitForAcks(numbers[0], numbers[1], numbers[2]);
      case "consume":
        return consume(numbers[0]);
      case "latency":
        return latency(numbers[0], numbers[1], numbers[2]);
      case "first":
        return first(numbers[0]);
      default:
        throw new IllegalArgumentException("unknown mode " + mode);
    }
  }

  private String first(int size) throws Exception {
    long began = System.nanoTime();
    broker.create();
    broker.sender(() -> {}).sendAndWait(new byte[size]);
    return String.format(Locale.ROOT, "{\"seconds\":%.6f}", secondsSince(began));
  }

  private String publish(int count, int size) throws Exception {
    Semaphore window = new Semaphore(WINDOW);
    Broker.Sender sender = broker.sender(window::release);
    byte[] value = new byte[size];
    double seconds = 0;
    for (int pass = 0; pass < 2; pass++) {
      long began = System.nanoTime();
      for (int i = 0; i < count; i++) {
        window.acquire();
        sender.send(value);
      }
      window.acquire(WINDOW);
      seconds = secondsSince(began);
      window.release(WINDOW);
    }
    return result(2 * count, size, count / seconds, null);
  }

  private String waitForAcks(int clients, int size, int seconds) throws Exception {
    float[][] latencies = new float[clients][];
    AtomicLong all = new AtomicLong();
    Broker.Sender[] senders = new Broker.Sender[clients];
    for (int i = 0; i < clients; i++) senders[i] = broker.sender(() -> {});
    long half = System.nanoTime() + seconds * 1_000_000_000L;
    long end = half + seconds * 1_000_000_000L;
    Thread[] threads = new Thread[clients];
    for (int i = 0; i < clients; i++) {
      int client = i;
      threads[i] = new Thread(() -> {
        try {
          byte[] value = new byte[size];
          float[] own = new float[1 << 20];
          int count = 0;
          for (long sent = System.nanoTime(); sent < end; sent = System.nanoTime()) {
            senders[client].sendAndWait(value);
            all.incrementAndGet();
            if (sent >= half) own[count++] = (System.nanoTime() - sent) / 1e6f;
          }
          latencies[client] = Arrays.copyOf(own, count);
        } catch (Exception error) {
          fail(error);
        }
      });
      threads[i].start();
    }
    for (Thread thread : threads) thread.join();
    double counted = secondsSince(half);
    float[] together = concatenated(latencies);
    return result(all.get(), size, together.length / counted, together);
  }

  private String consume(int count) throws Exception {
    CountDownLatch isDone = new CountDownLatch(1);
    long[] state = new long[3]; // values, bytes, when the first one came that counts
    double[] seconds = new double[1];
    broker.read(value -> {
      state[0]++;
      state[1] += value.length;
      if (state[0] == count) state[2] = System.nanoTime();
      if (state[0] < 2L * count) return;
      seconds[0] = secondsSince(state[2]);
      isDone.countDown();
    });
    isDone.await();
    return result(2L * count, (int) (state[1] / state[0]), count / seconds[0], null);
  }

  private String latency(int rate, int size, int seconds) throws Exception {
    int count = rate * seconds;
    float[] latencies = new float[count];
    int[] seen = new int[1];
    CountDownLatch isThere = new CountDownLatch(1);
    CountDownLatch isDone = new CountDownLatch(1);
    // The first value, which is due at no time, only shows that the reader is there.
    broker.read(value -> {
      long due = ByteBuffer.wrap(value).getLong();
      if (due == 0) {
        isThere.countDown();
        return;
      }
      int at = seen[0]++ - count;
      if (at >= 0) latencies[at] = (System.nanoTime() - due) / 1e6f;
      if (at == count - 1) isDone.countDown();
    });
    Broker.Sender sender = broker.sender(() -> {});
    sender.send(new byte[size]);
    isThere.await();
    long began = System.nanoTime();
    for (int i = 0; i < 2 * count; i++) {
      long due = began + i * 1_000_000_000L / rate;
      LockSupport.parkNanos(due - System.nanoTime());
      byte[] value = new byte[size];
      ByteBuffer.wrap(value).putLong(due);
      sender.send(value);
    }
    isDone.await();
    return result(2L * count, size, rate, latencies);
  }

  private static double secondsSince(long nanos) {
    return (System.nanoTime() - nanos) / 1e9;
  }

  private static float[] concatenated(float[][] parts) {
    float[] all = new float[Arrays.stream(parts).mapToInt(part -> part.length).sum()];
    int at = 0;
    for (float[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }

  private static String result(long records, int size, double perSecond, float[] latenciesMs) {
    String form = "{\"records\":%d,\"bytes\":%d,\"perSecond\":%.1f";
    String text = String.format(Locale.ROOT, form, records, records * size, perSecond);
    if (latenciesMs == null) return text + "}";
    if (latenciesMs.length == 0) throw new IllegalStateException("no ack in time");
    Arrays.sort(latenciesMs);
    int last = latenciesMs.length - 1;
    return text + String.format(
        Locale.ROOT, ",\"p50Ms\":%.3f,\"p99Ms\":%.3f,\"p999Ms\":%.3f}", latenciesMs[last / 2],
        latenciesMs[(int) (last * .99)], latenciesMs[(int) (last * .999)]);
  }
}
