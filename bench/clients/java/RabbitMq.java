import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConfirmListener;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MessageProperties;
import java.io.IOException;
import java.net.ConnectException;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Consumer;

/**
 * Load on RabbitMQ's library for Java: one durable queue, persistent messages, a connection and a
 * channel a sender. TYPE is the queue's: classic or quorum.
 *
 *   RabbitMq ADDRESS TOPIC MODE NUMBER ... -DqueueType=TYPE
 */
final class RabbitMq implements Broker {
  private static final long PATIENCE_MS = 120_000;

  private final ConnectionFactory factory = new ConnectionFactory();
  private final String queue;

  private RabbitMq(String address, String queue) throws Exception {
    factory.setUri("amqp://" + address);
    this.queue = queue;
  }

  public static void main(String[] arguments) throws Exception {
    Load.main(new RabbitMq(arguments[0], arguments[1]), arguments);
  }

  @Override
  public void create() throws Exception {
    Map<String, Object> settings = Map.of("x-queue-type", System.getProperty("queueType"));
    try (Connection connection = connectPatiently(); Channel channel = connection.createChannel()) {
      channel.queueDeclare(queue, true, false, false, settings);
    }
  }

  @Override
  public void delete() throws Exception {
    try (Connection connection = factory.newConnection();
        Channel channel = connection.createChannel()) {
      channel.queueDelete(queue);
    }
  }

  @Override
  public Sender sender(Runnable onAck) throws Exception {
    Channel channel = factory.newConnection().createChannel();
    channel.confirmSelect();
    channel.addConfirmListener(new Acks(onAck));
    return new Sender() {
      @Override
      public void send(byte[] value) throws IOException {
        channel.basicPublish("", queue, MessageProperties.PERSISTENT_BASIC, value);
      }

      @Override
      public void sendAndWait(byte[] value) throws Exception {
        send(value);
        channel.waitForConfirmsOrDie(PATIENCE_MS);
      }
    };
  }

  @Override
  public void read(Consumer<byte[]> onValue) throws Exception {
    Channel channel = factory.newConnection().createChannel();
    channel.basicConsume(
        queue, true, (tag, message) -> onValue.accept(message.getBody()), tag -> {});
  }

  private Connection connectPatiently() throws Exception {
    for (long end = System.currentTimeMillis() + PATIENCE_MS; ; Thread.sleep(1)) {
      try {
        return factory.newConnection();
      } catch (ConnectException error) {
        if (System.currentTimeMillis() > end) throw error;
      }
    }
  }

  /** Counts the messages of acks, which may be for all up to one. Tags begin with 1. */
  private static final class Acks implements ConfirmListener {
    private final Runnable onAck;
    private final ConcurrentSkipListSet<Long> early = new ConcurrentSkipListSet<>();
    private long acked; // all up to here

    private Acks(Runnable onAck) {
      this.onAck = onAck;
    }

    @Override
    public void handleAck(long tag, boolean isMultiple) {
      if (!isMultiple) early.add(tag);
      for (; isMultiple && acked < tag; acked++) {
        if (!early.remove(acked + 1)) onAck.run();
      }
      if (!isMultiple) onAck.run();
      while (early.remove(acked + 1)) acked++;
    }

    @Override
    public void handleNack(long tag, boolean isMultiple) {
      Load.fail(new IOException("message " + tag + " was refused"));
    }
  }
}
