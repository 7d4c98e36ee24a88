import java.util.function.Consumer;

/** What Load needs of a client library: one topic or queue of a broker. */
interface Broker {
  /** Makes the topic; returns when it can be sent to. Waits for a broker that is about to start. */
  void create() throws Exception;

  void delete() throws Exception;

  /** A sender for one thread, which tells of each ack, on whatever thread. */
  Sender sender(Runnable onAck) throws Exception;

  /** Gives each value from the beginning on, in order, on one other thread, without acks. */
  void read(Consumer<byte[]> onValue) throws Exception;

  interface Sender {
    /** Doesn't wait for the ack; ends the program when the broker refuses. */
    void send(byte[] value) throws Exception;

    /** Waits for it. */
    void sendAndWait(byte[] value) throws Exception;
  }
}
