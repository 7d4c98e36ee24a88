import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.Struct;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;

/**
 * Prints frames for testdata/kafka/messages.jsonl, encoded by Apache Kafka's own schemas.
 *
 * java -cp 'dist/interop/java/*' interop/golden/MessageFrames.java KEY...
 */
public class MessageFrames {
  static final int CORRELATION_ID = 0x12345678;
  static final String CLIENT_ID = "weir-golden";

  /** Counts the fields of a frame, so that no two hold the same value. */
  static int count;
  static boolean nulls;

  public static void main(String[] keys) throws Exception {
    for (String key : keys) {
      ApiKeys api = ApiKeys.forId(Integer.parseInt(key));
      for (boolean request : new boolean[] {true, false}) {
        for (int version : versions(api, request)) {
          for (boolean withNulls : new boolean[] {false, true}) {
            nulls = withNulls;
            print(api, request, version);
          }
        }
      }
    }
  }

  /** The oldest and the newest, and those on both sides of the first flexible one. */
  static TreeSet<Integer> versions(ApiKeys api, boolean request) {
    int oldest = api.oldestVersion();
    int newest = api.latestVersion();
    TreeSet<Integer> versions = new TreeSet<>(List.of(oldest, newest, (oldest + newest) / 2));
    for (int version = oldest; version < newest; version++) {
      short next = (short) (version + 1);
      boolean before = api.requestHeaderVersion((short) version) >= 2;
      if (before != api.requestHeaderVersion(next) >= 2) versions.addAll(List.of(version, version + 1));
    }
    return versions;
  }

  static void print(ApiKeys api, boolean request, int version) throws Exception {
    String name = api.name + (request ? "Request" : "Response");
    Class<?> data = Class.forName("org.apache.kafka.common.message." + name + "Data");
    Schema schema = ((Schema[]) data.getField("SCHEMAS").get(null))[version];
    ByteBuffer bytes = ByteBuffer.allocate(10_000);
    boolean flexible = api.requestHeaderVersion((short) version) >= 2;
    if (request) bytes.putShort(api.id).putShort((short) version);
    bytes.putInt(CORRELATION_ID);
    if (request) bytes.putShort((short) CLIENT_ID.length()).put(CLIENT_ID.getBytes("UTF-8"));
    if (flexible) bytes.put((byte) 0);
    count = 0;
    StringBuilder json = new StringBuilder();
    schema.write(bytes, struct(schema, json));
    String hex = HexFormat.of().formatHex(bytes.array(), 0, bytes.position());
    System.out.println(
        "{\"message\":\"" + name + "\",\"version\":" + version + ",\"hex\":\"" + hex
            + "\",\"value\":" + json + "}");
  }

  static Struct struct(Schema schema, StringBuilder json) {
    Struct struct = new Struct(schema);
    String separator = "{";
    for (BoundField field : schema.fields()) {
      if (field.def.type instanceof TaggedFields) {
        struct.set(field, new java.util.TreeMap<Integer, Object>());
        continue;
      }
      json.append(separator).append('"').append(camelCase(field.def.name)).append("\":");
      separator = ",";
      struct.set(field, value(field.def.name, field.def.type, json));
    }
    json.append(separator.equals("{") ? "{}" : "}");
    return struct;
  }

  static Object value(String name, Type type, StringBuilder json) {
    count++;
    if (nulls && type.isNullable()) {
      json.append("null");
      return null;
    }
    if (type instanceof Schema inner) return struct(inner, json);
    if (type.arrayElementType().isPresent()) {
      json.append('[');
      List<Object> items = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        if (i > 0) json.append(',');
        items.add(value(name, type.arrayElementType().get(), json));
      }
      json.append(']');
      return items.toArray();
    }
    return scalar(name, type.toString(), json);
  }

  static Object scalar(String name, String type, StringBuilder json) {
    Object value =
        switch (type) {
          case "BOOLEAN" -> true;
          case "INT8" -> (byte) -count;
          case "INT16" -> (short) (-300 - count);
          case "INT32" -> -70_000 - count;
          case "INT64" -> -5_000_000_000L - count;
          case "FLOAT64" -> -count - 0.125;
          default -> null;
        };
    if (value != null) {
      json.append(value);
      return value;
    }
    if (type.contains("STRING")) {
      String text = camelCase(name) + "-" + count + "ü";
      json.append('"').append(text).append('"');
      return text;
    }
    if (!type.contains("BYTES")) throw new IllegalArgumentException(type);
    byte[] bytes = {(byte) count, 1, 2, 3};
    json.append('"').append(java.util.Base64.getEncoder().encodeToString(bytes)).append('"');
    return ByteBuffer.wrap(bytes);
  }

  static String camelCase(String snake) {
    StringBuilder camel = new StringBuilder();
    for (String word : snake.split("_")) {
      String rest = word.substring(1);
      camel.append(camel.isEmpty() ? word : Character.toUpperCase(word.charAt(0)) + rest);
    }
    return camel.toString();
  }
}
