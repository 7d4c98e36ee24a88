import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidRegularExpression;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * What Java programs do with groups of the new protocol (KIP-848): java NewGroups.java HOST:PORT.
 *
 * Prints a line of words for each thing that it has seen to be so.
 */
public class NewGroups {
  static final Duration LIMIT = Duration.ofSeconds(30);
  static String broker;
  static Admin admin;

  /** A consumer, and what it has at this moment. */
  static class Member implements ConsumerRebalanceListener, AutoCloseable {
    final KafkaConsumer<String, String> consumer;
    final Set<TopicPartition> owned = new HashSet<>();
    final List<String> values = new ArrayList<>();
    int revocations = 0;

    Member(String group, Map<String, Object> more) {
      Map<String, Object> settings = new HashMap<>();
      settings.put("bootstrap.servers", broker);
      settings.put("group.id", group);
      settings.put("group.protocol", "consumer");
      settings.put("auto.offset.reset", "earliest");
      settings.put("enable.auto.commit", false);
      settings.putAll(more);
      consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
    }

    Member reads(String topic) {
      consumer.subscribe(List.of(topic), this);
      return this;
    }

    void poll() {
      consumer.poll(Duration.ofMillis(20)).forEach(record -> values.add(record.value()));
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      owned.addAll(partitions);
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      revocations++;
      if (!values.isEmpty()) consumer.commitSync();
      owned.removeAll(partitions);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
      owned.removeAll(partitions);
    }

    @Override
    public void close() {
      consumer.close();
    }
  }

  static void until(String what, BooleanSupplier isSo, Member... members) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!isSo.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        System.out.println("never " + what + " " + shares(members));
        System.exit(1);
      }
      for (Member member : members) member.poll();
      Set<TopicPartition> all = new HashSet<>();
      for (Member member : members) {
        for (TopicPartition each : member.owned) {
          if (!all.add(each)) System.out.println("two owners of " + each);
        }
      }
    }
    System.out.println(what);
  }

  static List<Integer> shares(Member... members) {
    List<Integer> counts = new ArrayList<>();
    for (Member member : members) counts.add(member.owned.size());
    counts.sort(null);
    return counts;
  }

  static BooleanSupplier shared(List<Integer> counts, Member... members) {
    return () -> shares(members).equals(counts);
  }

  static String described(String group) throws Exception {
    var it = admin.describeConsumerGroups(List.of(group)).describedGroups().get(group).get();
    Map<String, Integer> members = new TreeMap<>();
    it.members().forEach(m -> members.merge(m.upgraded().map(u -> u ? "consumer" : "classic")
        .orElse("unknown"), 1, Integer::sum));
    return it.type() + " " + it.groupState() + " " + it.partitionAssignor() + " " + members;
  }

  static void create(String topic, int partitions) throws Exception {
    admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1))).all().get();
  }

  public static void main(String[] args) throws Exception {
    broker = args[0];
    admin = Admin.create(Map.of("bootstrap.servers", broker));
    create("new-java", 6);
    try (var producer = new KafkaProducer<>(Map.<String, Object>of("bootstrap.servers", broker),
        new StringSerializer(), new StringSerializer())) {
      for (int i = 0; i < 300; i++) {
        producer.send(new ProducerRecord<>("new-java", i % 6, null, "value " + i));
      }
    }
    members();
    patterns();
    statics();
    migrations();
  }

  /** Members come, leave, and die. */
  static void members() throws Exception {
    Member a = new Member("new-java", Map.of()).reads("new-java");
    until("one has all", shared(List.of(6), a), a);
    Member b = new Member("new-java", Map.of("group.remote.assignor", "range")).reads("new-java");
    Member c = new Member("new-java", Map.of()).reads("new-java");
    until("three share", shared(List.of(2, 2, 2), a, b, c), a, b, c);
    Set<String> values = new TreeSet<>();
    until("all is read", () -> {
      for (Member m : List.of(a, b, c)) values.addAll(m.values);
      return values.size() == 300;
    }, a, b, c);
    System.out.println("described " + described("new-java"));
    for (Member m : List.of(a, b, c)) m.consumer.commitSync();
    b.close();
    until("two share when one has left", shared(List.of(3, 3), a, c), a, c);
    c.consumer.close(CloseOptions.groupMembershipOperation(
        CloseOptions.GroupMembershipOperation.REMAIN_IN_GROUP));
    until("one has all when the other is gone in silence", shared(List.of(6), a), a);
    admin.createPartitions(Map.of("new-java", NewPartitions.increaseTo(8))).all().get();
    until("new partitions are read", shared(List.of(8), a), a);
    a.close();
    var offsets = admin.listConsumerGroupOffsets("new-java").partitionsToOffsetAndMetadata().get();
    System.out.println("committed " + offsets.values().stream().mapToLong(o -> o.offset()).sum());
    System.out.println("described " + described("new-java"));
    admin.deleteConsumerGroups(List.of("new-java")).all().get();
  }

  /** Topics by a pattern that the broker matches. */
  static void patterns() throws Exception {
    Member a = new Member("new-pattern", Map.of());
    a.consumer.subscribe(new SubscriptionPattern("pattern-(a|b)"), a);
    until("nothing matches", () -> a.consumer.assignment().isEmpty(), a);
    create("pattern-a", 2);
    until("a topic comes", shared(List.of(2), a), a);
    create("pattern-b", 1);
    create("pattern-c", 1);
    until("another comes", shared(List.of(3), a), a);
    admin.deleteTopics(List.of("pattern-a")).all().get();
    until("one goes", shared(List.of(1), a), a);
    a.close();
    Member wrong = new Member("new-pattern", Map.of());
    wrong.consumer.subscribe(new SubscriptionPattern("(?=look)ahead"), wrong);
    try {
      until("refused", () -> false, wrong);
    } catch (InvalidRegularExpression refused) {
      System.out.println("refused a pattern");
    }
    wrong.close();
  }

  /** A static member comes back to what it had. */
  static void statics() throws Exception {
    Map<String, Object> named = Map.of("group.instance.id", "i");
    Member a = new Member("new-static", named).reads("new-java");
    Member b = new Member("new-static", Map.of()).reads("new-java");
    until("both share", shared(List.of(4, 4), a, b), a, b);
    Set<TopicPartition> before = Set.copyOf(a.owned);
    int revocations = b.revocations;
    a.close();
    Member again = new Member("new-static", named).reads("new-java");
    until("it is back", () -> again.owned.equals(before), again, b);
    System.out.println("others revoked " + (b.revocations - revocations));
    again.close();
    b.close();
  }

  /** A group goes over to the new protocol while it is at work, and back. */
  static void migrations() throws Exception {
    Map<String, Object> cooperative = Map.of("group.protocol", "classic",
        "partition.assignment.strategy",
        "org.apache.kafka.clients.consumer.CooperativeStickyAssignor",
        "heartbeat.interval.ms", 300);
    Map<String, Object> eager = new HashMap<>(cooperative);
    eager.put("partition.assignment.strategy",
        "org.apache.kafka.clients.consumer.CooperativeStickyAssignor,"
        + "org.apache.kafka.clients.consumer.RangeAssignor");
    Member a = new Member("new-moved", cooperative).reads("new-java");
    Member b = new Member("new-moved", eager).reads("new-java");
    until("two classic members share", shared(List.of(4, 4), a, b), a, b);
    System.out.println("described " + described("new-moved"));
    Member c = new Member("new-moved", Map.of()).reads("new-java");
    until("a new one has its share", shared(List.of(2, 3, 3), a, b, c), a, b, c);
    until("and all goes on", () -> a.values.size() + b.values.size() + c.values.size() >= 300,
        a, b, c);
    System.out.println("described " + described("new-moved"));
    b.close();
    Member d = new Member("new-moved", Map.of()).reads("new-java");
    until("another is changed", shared(List.of(2, 3, 3), a, c, d), a, c, d);
    c.close();
    d.close();
    until("back to the classic protocol", shared(List.of(8), a), a);
    System.out.println("described " + described("new-moved"));
    a.close();
  }
}
