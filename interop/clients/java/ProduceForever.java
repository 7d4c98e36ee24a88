import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Produces until its input ends; settings and output are those of ../python/produce_forever.py.
 *
 * java -cp 'JARS/*' ProduceForever.java SETTINGS
 */
public class ProduceForever {
  public static void main(String[] args) throws Exception {
    JsonNode settings = new ObjectMapper().readTree(args[0]);
    String topic = settings.get("topic").asText();
    int partitions = settings.get("partitions").asInt();
    double perSecond = settings.get("recordsPerSecond").asDouble();
    JsonNode sizes = settings.get("recordBytes");
    var out = new PrintStream(System.out, false);
    var failure = new AtomicReference<Exception>();
    var config = new HashMap<String, Object>(Map.of(
        "bootstrap.servers", settings.get("broker").asText(),
        "enable.idempotence", settings.get("idempotent").asBoolean(),
        "max.in.flight.requests.per.connection", settings.get("idempotent").asBoolean() ? 5 : 1,
        "acks", "all", "linger.ms", 1, "delivery.timeout.ms", 120000));
    if (!settings.path("usualRetries").asBoolean()) {
      config.putAll(Map.of(
          "reconnect.backoff.ms", 10, "reconnect.backoff.max.ms", 50, "retry.backoff.ms", 10));
    }
    var producer = new KafkaProducer<String, byte[]>(
        config, new StringSerializer(), new ByteArraySerializer());
    // Only who reads the input gets to know of its end.
    var reader = new Thread(() -> {
      try {
        while (System.in.read() >= 0) {}
      } catch (IOException gone) {
        // as good as its end
      }
    });
    reader.setDaemon(true);
    reader.start();
    long began = System.nanoTime();
    long sent = 0;
    while (failure.get() == null && reader.isAlive()) {
      double due = (System.nanoTime() - began) / 1e9 * perSecond;
      for (; sent < due; sent++) {
        String sequence = String.valueOf(sent / partitions);
        int partition = (int) (sent % partitions);
        byte[] value = new byte[sizes.get((int) (sent % sizes.size())).asInt()];
        var record = new ProducerRecord<>(topic, partition, sequence, value);
        producer.send(record, (metadata, error) -> {
          if (error != null) failure.set(error);
          else synchronized (out) {
            out.println(metadata.partition() + " " + sequence + " " + metadata.offset());
          }
        });
      }
      Thread.sleep(5);
      synchronized (out) {
        out.flush();
      }
    }
    producer.flush();
    producer.close(Duration.ofSeconds(60));
    out.flush();
    if (failure.get() != null) throw failure.get();
  }
}
