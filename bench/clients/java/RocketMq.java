import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.rocketmq.client.ClientConfig;
import org.apache.rocketmq.client.consumer.DefaultLitePullConsumer;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendCallback;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.common.TopicConfig;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;
import org.apache.rocketmq.tools.admin.DefaultMQAdminExt;

/**
 * Load on RocketMQ's own library: a topic with one queue; all senders share a producer and so a
 * connection, as in RocketMQ's own benchmark.
 *
 *   RocketMq NAMESERVER TOPIC MODE NUMBER ...
 */
final class RocketMq implements Broker {
  private static final long PATIENCE_MS = 120_000;
  private static final int TIMEOUT_MS = 30_000;
  private static final int RETRIES = 50;
  private static final String PRODUCERS = "bench";

  private final String address;
  private final String topic;
  private DefaultMQProducer shared;

  private RocketMq(String address, String topic) {
    this.address = address;
    this.topic = topic;
  }

  public static void main(String[] arguments) {
    Load.main(new RocketMq(arguments[0], arguments[1]), arguments);
  }

  @Override
  public void create() throws Exception {
    DefaultMQAdminExt admin = admin();
    for (long end = System.currentTimeMillis() + PATIENCE_MS; ; Thread.sleep(5)) {
      try {
        for (String broker : brokers(admin)) {
          admin.createAndUpdateTopicConfig(broker, new TopicConfig(topic, 1, 1));
        }
        if (!admin.examineTopicRouteInfo(topic).getQueueDatas().isEmpty()) return;
      } catch (Exception error) {
        // The broker may not have told the name server yet of itself or of the topic.
        if (System.currentTimeMillis() > end) throw error;
      }
    }
  }

  @Override
  public void delete() throws Exception {
    DefaultMQAdminExt admin = admin();
    admin.deleteTopicInBroker(brokers(admin), topic);
    admin.deleteTopicInNameServer(Set.of(address), topic);
  }

  @Override
  public Sender sender(Runnable onAck) throws Exception {
    DefaultMQProducer producer = producer();
    return new Sender() {
      @Override
      public void send(byte[] value) throws Exception {
        producer.send(new Message(topic, value), new Acked(value, 0));
      }

      @Override
      public void sendAndWait(byte[] value) throws Exception {
        check(producer.send(new Message(topic, value)));
      }

      /** A broker that is busy for 200 ms refuses what waits; its library leaves that to us. */
      final class Acked implements SendCallback {
        private final byte[] value;
        private final int tries;

        private Acked(byte[] value, int tries) {
          this.value = value;
          this.tries = tries;
        }

        @Override
        public void onSuccess(SendResult result) {
          check(result);
          onAck.run();
        }

        @Override
        public void onException(Throwable error) {
          if (tries == RETRIES) Load.fail(error);
          try {
            producer.send(new Message(topic, value), new Acked(value, tries + 1));
          } catch (Exception again) {
            Load.fail(again);
          }
        }
      }
    };
  }

  @Override
  public void read(Consumer<byte[]> onValue) throws Exception {
    DefaultLitePullConsumer consumer = new DefaultLitePullConsumer("bench-" + UUID.randomUUID());
    configure(consumer);
    consumer.setAutoCommit(false);
    consumer.start();
    List<MessageQueue> queues = List.copyOf(consumer.fetchMessageQueues(topic));
    consumer.assign(queues);
    for (MessageQueue queue : queues) consumer.seekToBegin(queue);
    new Thread(() -> {
      while (true) {
        for (MessageExt message : consumer.poll()) onValue.accept(message.getBody());
      }
    }).start();
  }

  private void configure(ClientConfig client) {
    client.setNamesrvAddr(address);
    client.setMqClientApiTimeout(TIMEOUT_MS);
  }

  private DefaultMQAdminExt admin() throws Exception {
    DefaultMQAdminExt admin = new DefaultMQAdminExt();
    configure(admin);
    admin.start();
    return admin;
  }

  private static Set<String> brokers(DefaultMQAdminExt admin) throws Exception {
    Set<String> addresses = new HashSet<>();
    admin.examineBrokerClusterInfo().getBrokerAddrTable().values()
        .forEach(broker -> addresses.addAll(broker.getBrokerAddrs().values()));
    if (addresses.isEmpty()) throw new IllegalStateException("no broker yet");
    return addresses;
  }

  private DefaultMQProducer producer() throws Exception {
    if (shared == null) {
      shared = new DefaultMQProducer(PRODUCERS);
      configure(shared);
      shared.setSendMsgTimeout(TIMEOUT_MS);
      shared.setRetryTimesWhenSendFailed(RETRIES);
      shared.start();
    }
    return shared;
  }

  /** SYNC_FLUSH that took too long is told as a status, not as an error. */
  private static void check(SendResult result) {
    if (result.getSendStatus() != SendStatus.SEND_OK) {
      Load.fail(new IllegalStateException("a record was " + result.getSendStatus()));
    }
  }
}
