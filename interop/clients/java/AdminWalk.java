import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.ListConfigResourcesOptions;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.quota.ClientQuotaFilter;

/**
 * Walks through Kafka's admin client and prints a line for each call: what came of it.
 *
 * java -cp 'JARS/*' AdminWalk.java HOST:PORT
 */
public class AdminWalk {
  static final String TOPIC = "walked";
  static final TopicPartition FIRST = new TopicPartition(TOPIC, 0);

  /** One call; what it throws is printed in the place of a result. */
  interface Call {
    Object run() throws Exception;
  }

  public static void main(String[] args) {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", args[0]))) {
      topics(admin);
      produce(args[0]);
      offsets(admin);
      configs(admin);
      cluster(admin);
      notHere(admin);
      tell("deleteTopics", () -> admin.deleteTopics(List.of(TOPIC)).all().get());
    }
  }

  static void topics(Admin admin) {
    tell("createTopics", () -> {
      var topic = new NewTopic(TOPIC, Optional.of(2), Optional.empty());
      var result = admin.createTopics(List.of(topic));
      return result.numPartitions(TOPIC).get() + " " + result.replicationFactor(TOPIC).get();
    });
    tell("createTopics again", () ->
        admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) 1))).all().get());
    tell("createPartitions", () ->
        admin.createPartitions(Map.of(TOPIC, NewPartitions.increaseTo(3))).all().get());
    tell("describeTopics", () -> {
      var topic = admin.describeTopics(List.of(TOPIC)).allTopicNames().get().get(TOPIC);
      return topic.partitions().size() + " " + topic.partitions().get(0).leader().id();
    });
    tell("listTopics", () -> admin.listTopics().names().get().contains(TOPIC));
  }

  static void produce(String broker) {
    tell("idempotent producer", () -> {
      var settings = Map.<String, Object>of(
          "bootstrap.servers", broker, "enable.idempotence", true,
          "key.serializer", "org.apache.kafka.common.serialization.StringSerializer",
          "value.serializer", "org.apache.kafka.common.serialization.StringSerializer");
      try (var producer = new KafkaProducer<String, String>(settings)) {
        long last = -1;
        for (int i = 0; i < 10; i++) {
          var record = new ProducerRecord<>(TOPIC, 0, 1000L + i, "k", "v" + i);
          last = producer.send(record).get().offset();
        }
        return last;
      }
    });
  }

  static void offsets(Admin admin) {
    for (var spec : Map.of(
        "latest", OffsetSpec.latest(), "earliest", OffsetSpec.earliest(),
        "maxTimestamp", OffsetSpec.maxTimestamp(), "forTimestamp", OffsetSpec.forTimestamp(1004),
        "earliestLocal", OffsetSpec.earliestLocal(), "latestTiered", OffsetSpec.latestTiered())
        .entrySet()) {
      tell("listOffsets " + spec.getKey(), () ->
          admin.listOffsets(Map.of(FIRST, spec.getValue())).partitionResult(FIRST).get().offset());
    }
    tell("deleteRecords", () ->
        admin.deleteRecords(Map.of(FIRST, RecordsToDelete.beforeOffset(4)))
            .lowWatermarks().get(FIRST).get().lowWatermark());
    tell("describeProducers", () ->
        admin.describeProducers(Set.of(FIRST)).partitionResult(FIRST).get()
            .activeProducers().get(0).lastSequence());
  }

  static void configs(Admin admin) {
    var topic = new ConfigResource(ConfigResource.Type.TOPIC, TOPIC);
    var broker = new ConfigResource(ConfigResource.Type.BROKER, "1");
    var set = new AlterConfigOp(new ConfigEntry("retention.ms", "77000"), AlterConfigOp.OpType.SET);
    tell("incrementalAlterConfigs", () ->
        admin.incrementalAlterConfigs(Map.of(topic, List.of(set))).all().get());
    tell("describeConfigs", () -> {
      var options = new DescribeConfigsOptions().includeSynonyms(true).includeDocumentation(true);
      var config = admin.describeConfigs(List.of(topic), options).all().get().get(topic);
      var entry = config.get("retention.ms");
      return entry.value() + " " + entry.source() + " " + entry.type() + " "
          + entry.synonyms().size() + " " + (entry.documentation().length() > 10);
    });
    tell("describeConfigs of the broker", () ->
        admin.describeConfigs(List.of(broker)).all().get().get(broker)
            .get("num.partitions").value());
    tell("listConfigResources", () ->
        admin.listConfigResources(
            Set.of(ConfigResource.Type.BROKER), new ListConfigResourcesOptions()).all().get());
  }

  static void cluster(Admin admin) {
    tell("describeCluster", () -> admin.describeCluster().nodes().get().size());
    tell("describeLogDirs", () -> admin.describeLogDirs(List.of(1)).allDescriptions().get().size());
    tell("electLeaders", () ->
        admin.electLeaders(ElectionType.PREFERRED, Set.of(FIRST))
            .partitions().get().get(FIRST).get());
    tell("listPartitionReassignments", () ->
        admin.listPartitionReassignments().reassignments().get().size());
    tell("alterPartitionReassignments", () ->
        admin.alterPartitionReassignments(
            Map.of(FIRST, Optional.of(new NewPartitionReassignment(List.of(2))))).all().get());
    tell("listGroups", () -> admin.listGroups().all().get().size());
    tell("describeFeatures", () ->
        admin.describeFeatures().featureMetadata().get().supportedFeatures().size());
  }

  static void notHere(Admin admin) {
    tell("describeAcls", () -> admin.describeAcls(AclBindingFilter.ANY).values().get());
    tell("describeClientQuotas", () ->
        admin.describeClientQuotas(ClientQuotaFilter.all()).entities().get());
    tell("describeUserScramCredentials", () -> admin.describeUserScramCredentials().all().get());
    tell("listTransactions", () -> admin.listTransactions().all().get());
    tell("describeMetadataQuorum", () -> admin.describeMetadataQuorum().quorumInfo().get());
    tell("unregisterBroker", () -> admin.unregisterBroker(1).all().get());
  }

  static void tell(String name, Call call) {
    String result;
    try {
      result = String.valueOf(call.run());
    } catch (ExecutionException e) {
      result = e.getCause().getClass().getSimpleName();
    } catch (Exception e) {
      result = e.getClass().getSimpleName();
    }
    System.out.println(name + ": " + result);
  }
}
