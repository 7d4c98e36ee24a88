import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * What an older client needs: makes a topic, writes records to it, reads them in a group, commits.
 * Prints how many were read and what was committed.
 *
 * java -cp 'JARS/*' OldClient.java HOST:PORT
 */
public class OldClient {
  static final String STRINGS = "org.apache.kafka.common.serialization.String";

  public static void main(String[] args) throws Exception {
    String broker = args[0];
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker))) {
      admin.createTopics(List.of(new NewTopic("old", 1, (short) 1))).all().get();
    }
    Map<String, Object> writes = Map.of("bootstrap.servers", broker, "acks", "all",
        "key.serializer", STRINGS + "Serializer", "value.serializer", STRINGS + "Serializer");
    try (var producer = new KafkaProducer<String, String>(writes)) {
      for (int i = 0; i < 100; i++) producer.send(new ProducerRecord<>("old", "k", "v" + i)).get();
    }
    Map<String, Object> reads = Map.of("bootstrap.servers", broker, "group.id", "old",
        "auto.offset.reset", "earliest", "enable.auto.commit", "false",
        "key.deserializer", STRINGS + "Deserializer",
        "value.deserializer", STRINGS + "Deserializer");
    try (var consumer = new KafkaConsumer<String, String>(reads)) {
      consumer.subscribe(List.of("old"));
      int count = 0;
      for (int polls = 0; count < 100 && polls < 100; polls++) {
        count += consumer.poll(Duration.ofMillis(500)).count();
      }
      consumer.commitSync();
      var committed = consumer.committed(consumer.assignment());
      System.out.println(count + " " + committed.values().iterator().next().offset());
    }
  }
}
