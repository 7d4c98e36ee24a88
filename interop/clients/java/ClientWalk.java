import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Walks through Kafka's producer and its consumer by the classic protocol, and prints a line for
 * each thing it tried: what came of it.
 *
 * java -cp 'JARS/*' ClientWalk.java HOST:PORT
 */
public class ClientWalk {
  static final String STRINGS = "org.apache.kafka.common.serialization.String";
  static final String ASSIGNORS = "org.apache.kafka.clients.consumer.";
  static final int COUNT = 100;
  static final int PARTITIONS = 4;
  /** How often a consumer is polled before it is given up. */
  static final int PATIENCE = 300;
  static final Duration SOON = Duration.ofMillis(100);
  static String broker;

  public static void main(String[] args) throws Exception {
    broker = args[0];
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker))) {
      var placed = new NewTopic("placed", 1, (short) 1);
      admin.createTopics(List.of(placed, new NewTopic("shared", PARTITIONS, (short) 1))).all().get();
    }
    for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) codec(codec);
    places();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      write("shared", partition, "none");
    }
    for (String name : List.of("RangeAssignor", "CooperativeStickyAssignor")) share(name);
    staticMember();
  }

  /** Writes v0, v1, ... with the times 1000, 1001, ..., many in a batch. */
  static void write(String topic, int partition, String codec) {
    Map<String, Object> settings = Map.of("bootstrap.servers", broker, "acks", "all",
        "enable.idempotence", true, "compression.type", codec, "linger.ms", 50,
        "key.serializer", STRINGS + "Serializer", "value.serializer", STRINGS + "Serializer");
    try (var producer = new KafkaProducer<String, String>(settings)) {
      for (int i = 0; i < COUNT; i++) {
        producer.send(new ProducerRecord<>(topic, partition, 1000L + i, "k", "v" + i));
      }
    }
  }

  static Consumer<String, String> consumer(Map<String, Object> own) {
    var settings = new HashMap<String, Object>(Map.of("bootstrap.servers", broker,
        "auto.offset.reset", "earliest", "enable.auto.commit", false,
        "heartbeat.interval.ms", 300, "session.timeout.ms", 10_000,
        "key.deserializer", STRINGS + "Deserializer",
        "value.deserializer", STRINGS + "Deserializer"));
    settings.putAll(own);
    return new KafkaConsumer<>(settings);
  }

  static List<String> read(Consumer<String, String> consumer, int count) {
    List<String> values = new ArrayList<>();
    for (int polls = 0; values.size() < count && polls < PATIENCE; polls++) {
      for (var record : consumer.poll(SOON)) values.add(record.value());
    }
    return values;
  }

  static void codec(String codec) {
    String topic = "codec-" + codec;
    write(topic, 0, codec);
    try (var consumer = consumer(Map.of())) {
      consumer.assign(List.of(new TopicPartition(topic, 0)));
      List<String> values = read(consumer, COUNT);
      boolean isInOrder = true;
      for (int i = 0; i < values.size(); i++) isInOrder &= values.get(i).equals("v" + i);
      tell("codec " + codec, values.size() + " " + isInOrder);
    }
  }

  /** Offsets, times, seeking, pausing and committing, without a group's members. */
  static void places() {
    write("placed", 0, "none");
    var partition = new TopicPartition("placed", 0);
    var both = List.of(partition);
    try (var consumer = consumer(Map.of("group.id", "places"))) {
      consumer.assign(both);
      tell("beginningOffsets", consumer.beginningOffsets(both).get(partition));
      tell("endOffsets", consumer.endOffsets(both).get(partition));
      var found = consumer.offsetsForTimes(Map.of(partition, 1042L)).get(partition);
      tell("offsetsForTimes", found.offset() + " " + found.timestamp());
      tell("offsetsForTimes after all",
          consumer.offsetsForTimes(Map.of(partition, 9_000L)).get(partition));
      consumer.seek(partition, 7);
      tell("seek", read(consumer, 1).get(0));
      consumer.seek(partition, 5_000);
      tell("seek beyond the end", read(consumer, 1).get(0));
      consumer.seekToEnd(both);
      tell("seekToEnd", consumer.position(partition));
      consumer.seekToBeginning(both);
      consumer.pause(both);
      tell("pause", consumer.poll(SOON).count());
      consumer.resume(both);
      tell("resume", read(consumer, 1).get(0));
      consumer.commitSync(Map.of(partition, new OffsetAndMetadata(42, "a note")));
      var committed = consumer.committed(Set.of(partition)).get(partition);
      tell("committed", committed.offset() + " " + committed.metadata());
      tell("currentLag", consumer.currentLag(partition).isPresent());
    }
  }

  /** Two members share the partitions; when one leaves, the other has them all. */
  static void share(String assignor) {
    Map<String, Object> own = Map.of("group.id", assignor,
        "partition.assignment.strategy", ASSIGNORS + assignor);
    try (var first = consumer(own)) {
      var second = consumer(own);
      first.subscribe(List.of("shared"));
      second.subscribe(List.of("shared"));
      int count = 0;
      for (int polls = 0; polls < PATIENCE; polls++) {
        count += first.poll(SOON).count() + second.poll(SOON).count();
        boolean isShared = first.assignment().size() == 2 && second.assignment().size() == 2;
        if (isShared && count >= COUNT * PARTITIONS) break;
      }
      var all = new HashSet<TopicPartition>();
      all.addAll(first.assignment());
      all.addAll(second.assignment());
      tell(assignor, (count >= COUNT * PARTITIONS) + " " + first.assignment().size() + " "
          + second.assignment().size() + " " + all.size());
      first.commitSync();
      second.commitSync();
      second.close();
      for (int polls = 0; first.assignment().size() < PARTITIONS && polls < PATIENCE; polls++) {
        first.poll(SOON);
      }
      long committed = first.committed(first.assignment()).values().stream()
          .mapToLong(OffsetAndMetadata::offset).sum();
      tell(assignor + " after one left", first.assignment().size() + " " + committed);
    }
  }

  /** A member with a name comes back as itself; one that takes its name puts it out. */
  static void staticMember() {
    Map<String, Object> own = Map.of("group.id", "static", "group.instance.id", "one");
    var before = consumer(own);
    before.subscribe(List.of("shared"));
    read(before, COUNT * PARTITIONS);
    int generation = before.groupMetadata().generationId();
    before.close();
    var back = consumer(own);
    back.subscribe(List.of("shared"));
    read(back, COUNT * PARTITIONS);
    tell("static member", back.groupMetadata().generationId() == generation);
    try (var twin = consumer(own)) {
      twin.subscribe(List.of("shared"));
      read(twin, COUNT * PARTITIONS);
      try {
        back.commitSync();
        tell("static member's twin", "nothing");
      } catch (Exception e) {
        tell("static member's twin", e.getClass().getSimpleName());
      }
    }
    back.close();
  }

  static void tell(String name, Object result) {
    System.out.println(name + ": " + result);
  }
}
