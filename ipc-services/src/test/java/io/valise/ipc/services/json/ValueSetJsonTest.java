package io.valise.ipc.services.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.valise.ipc.Point;
import io.valise.ipc.Rect;
import io.valise.ipc.Size;
import io.valise.ipc.ValueSet;
import io.valise.ipc.ValueType;
import io.valise.ipc.testkit.session.Samples;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What JSON means as values, and the way back. */
class ValueSetJsonTest {
    @ParameterizedTest
    @EnumSource(ValueType.class)
    void everyTypeComesBackFromTypedJson(ValueType type) throws JsonFault {
        ValueSet some = Samples.of(type);
        ValueSet back = ValueSetJson.read(ValueSetJson.writeTyped(some, false));
        assertThat(back).isEqualTo(some);
        assertThat(back.keys()).allSatisfy(key -> assertThat(back.type(key)).isEqualTo(type));
        assertThat(ValueSetJson.read(ValueSetJson.writeTyped(some, true))).isEqualTo(some);
    }

    @Test
    void extremesComeBackFromTypedJson() throws JsonFault {
        ValueSet set = ValueSet.builder()
                .put("long as small as an int", 5L)
                .put("big as small as a long", BigInteger.ONE)
                .put("decimal that a double holds", new BigDecimal("0.50"))
                .put("huge decimal", new BigDecimal("1E+1000000"))
                .put("highest exponent", new BigDecimal(BigInteger.ONE, -Integer.MAX_VALUE))
                .put("lowest exponent", new BigDecimal(BigInteger.TEN, Integer.MAX_VALUE))
                .put("many digits", new BigInteger("7".repeat(99_999)).negate())
                .put("many decimals", new BigDecimal("-0." + "123456789".repeat(11_000)))
                .put("minus zero", -0.0)
                .put("smallest", Double.MIN_VALUE)
                .put("infinite", Double.NEGATIVE_INFINITY)
                .put("float nan", Float.NaN)
                .put("no ints", new int[0])
                .put("no longs", new long[0])
                .put("short longs", new long[] {1, 2})
                .put("no list", List.of())
                .put("list of ints", List.of(1, 2))
                .put("list of texts", List.of("a"))
                .put("list of lists", List.of(List.of(1), List.of()))
                .put("nulls", Arrays.asList(null, null))
                .put("nan array", new double[] {Double.NaN})
                .put("surrogates", new char[] {'\uD800', 'a'})
                .put("no chars", new char[0])
                .put("times", List.of(Instant.MIN, Instant.MAX))
                .put(
                        "spans",
                        List.of(Duration.ofSeconds(Long.MIN_VALUE), Duration.ofSeconds(Long.MAX_VALUE, 999_999_999)))
                .put("tag in a list", List.of(ValueSet.of("$type", 1, "value", 2)))
                .build();
        assertThat(ValueSetJson.read(ValueSetJson.writeTyped(set, false))).isEqualTo(set);
    }

    @Test
    void naturalTypesAreReadAsTheNarrowestThatHoldsThem() throws JsonFault {
        ValueSet set = ValueSetJson.read("""
                {"int": -2147483648, "long": 2147483648, "big": 9223372036854775808, "double": 0.1, "exp": 1e3,
                 "decimal": 0.12345678901234567890123, "beyond": 1e400, "yes": true, "none": null, "text": "é\\u00e9",
                 "set": {"a": {"b": 1}}}""");
        assertThat(set.get("int")).isEqualTo(Integer.MIN_VALUE);
        assertThat(set.get("long")).isEqualTo(2147483648L);
        assertThat(set.get("big")).isEqualTo(BigInteger.TWO.pow(63));
        assertThat(set.get("double")).isEqualTo(0.1);
        assertThat(set.get("exp")).isEqualTo(1000.0);
        assertThat(set.get("decimal")).isEqualTo(new BigDecimal("0.12345678901234567890123"));
        assertThat(set.get("beyond")).isEqualTo(new BigDecimal("1e400"));
        assertThat(set.get("yes")).isEqualTo(true);
        assertThat(set.type("none")).isEqualTo(ValueType.EMPTY);
        assertThat(set.get("text")).isEqualTo("éé");
        assertThat(set.get("set")).isEqualTo(ValueSet.of("a", ValueSet.of("b", 1)));
        assertThat(set.keys()).startsWith("int", "long", "big");
    }

    @Test
    void arraysOfOneTypeAreJavaArrays() throws JsonFault {
        ValueSet set = ValueSetJson.read("""
                {"ints": [1, 2], "longs": [1, 3000000000], "doubles": [0.5, 1.0], "texts": ["a"], "bools": [true],
                 "empty": [], "mixed": [1, 2.5], "nulls": [null], "sets": [{}], "lists": [[1], ["a"]]}""");
        assertThat(set.getInts("ints")).containsExactly(1, 2);
        assertThat(set.getLongs("longs")).containsExactly(1, 3_000_000_000L);
        assertThat(set.getDoubles("doubles")).containsExactly(0.5, 1);
        assertThat(set.getStrings("texts")).containsExactly("a");
        assertThat(set.getBooleans("bools")).containsExactly(true);
        assertThat(set.getList("empty")).isEmpty();
        assertThat(set.getList("mixed").get(1)).isEqualTo(2.5);
        assertThat(set.getList("nulls").get(0)).isNull();
        assertThat(set.getList("sets").get(0)).isEqualTo(ValueSet.empty());
        assertThat(set.getList("lists")).hasSize(2);
    }

    @Test
    void tagsSayWhatJsonCannot() throws JsonFault {
        ValueSet set = ValueSetJson.read("""
                {"b": {"$type": "bytes", "value": "AAH/"}, "t": {"value": "2030-01-31T12:00:00Z", "$type": "instant"},
                 "l": {"$type": "long", "value": "9007199254740993"}, "u": {"$type": "uint8", "value": 200},
                 "c": {"$type": "char", "value": "x"}, "f": {"$type": "float[]", "value": [1, "NaN"]},
                 "i": {"$type": "uuid", "value": "123e4567-e89b-12d3-a456-426614174000"},
                 "s": {"$type": "list", "value": [{"$type": "short", "value": 1}]}}""");
        assertThat(set.getBytes("b")).containsExactly(0, 1, -1);
        assertThat(set.getInstant("t")).isEqualTo(Instant.parse("2030-01-31T12:00:00Z"));
        assertThat(set.getLong("l")).isEqualTo(9007199254740993L);
        assertThat(set.type("u")).isEqualTo(ValueType.UINT8);
        assertThat(set.getChar("c")).isEqualTo('x');
        assertThat(set.getFloats("f")).containsExactly(1, Float.NaN);
        assertThat(set.getUuid("i")).isEqualTo(UUID.fromString("123e4567-e89b-12d3-a456-426614174000"));
        assertThat(set.getList("s").get(0)).isEqualTo((short) 1);
    }

    /** Data binding is the oracle of what is valid JSON and what it says. */
    @Test
    void plainJsonIsWhatAnotherParserReads() throws JsonProcessingException {
        ValueSet set = ValueSet.builder()
                .putAll(Samples.ofEveryType())
                .put("text", "quote \" and \u0001 and 👋")
                .put("instant", Instant.parse("2030-01-31T12:00:00.123456789Z"))
                .put("double", Double.NaN)
                .put("bytes", new byte[] {0, 1, -1})
                .put("char", '\uD83D')
                .put("rect", new Rect(0, 0, 1, Float.POSITIVE_INFINITY))
                .putUInt64("uint64", BigInteger.TWO.pow(64).subtract(BigInteger.ONE))
                .put("ints", new int[] {1, 2, 3})
                .put("valueset", ValueSet.of("$type", "no tag"))
                .build();
        JsonNode tree = new ObjectMapper().readTree(ValueSetJson.write(set));
        assertThat(tree.fieldNames()).toIterable().containsExactlyElementsOf(set.keys());
        assertThat(tree.get("text").textValue()).isEqualTo("quote \" and \u0001 and 👋");
        assertThat(tree.get("instant").textValue()).isEqualTo("2030-01-31T12:00:00.123456789Z");
        assertThat(tree.get("double").textValue()).isEqualTo("NaN");
        assertThat(tree.get("bytes").textValue()).isEqualTo("AAH/");
        assertThat(tree.get("char").intValue()).isEqualTo(0xD83D);
        assertThat(tree.get("rect").get("height").textValue()).isEqualTo("Infinity");
        assertThat(tree.get("uint64").bigIntegerValue()).isEqualTo(set.getBigInteger("uint64"));
        assertThat(tree.get("ints").size()).isEqualTo(3);
        assertThat(tree.get("valueset").get("$type").textValue()).isEqualTo("no tag");
        assertThat(new ObjectMapper().readTree(ValueSetJson.writeIndented(set))).isEqualTo(tree);
    }

    @Test
    void aValueAloneIsReadAndWrittenAsAMember() throws JsonFault {
        for (String json : new String[] {"5", "\"text\"", "null", "[1,2]", "{\"a\":1}", "true"}) {
            assertThat(ValueSetJson.writeMember(ValueSetJson.readMember("key", json), "key"))
                    .isEqualTo(json);
        }
        String tagged = "{\"$type\": \"uint8\", \"value\": 255}";
        assertThat(ValueSetJson.readMember("key", tagged).type("key")).isEqualTo(ValueType.UINT8);
    }

    @Test
    void naturalJsonComesOutAsItWentIn() throws JsonFault {
        String json = "{\"a\":1,\"b\":[1,2,3],\"c\":{\"d\":null,\"e\":[]},\"f\":1.5,\"g\":\"x\",\"h\":[1,2.5,\"y\"]}";
        assertThat(ValueSetJson.write(ValueSetJson.read(json))).isEqualTo(json);
    }

    @Test
    void shapesComeBack() throws JsonFault {
        ValueSet shapes = ValueSet.of("p", new Point(1, -2), "s", new Size(0, 1), "r", new Rect(1, 2, 3, 4));
        assertThat(ValueSetJson.writeTyped(shapes, false))
                .contains("{\"$type\":\"point\",\"value\":{\"x\":1.0,\"y\":-2.0}}");
        assertThat(ValueSetJson.read(ValueSetJson.writeTyped(shapes, false))).isEqualTo(shapes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "| line 1, column 1: expected a JSON object, actual=nothing",
                "[1]| line 1, column 1: expected an object, actual=an array",
                "12| line 1, column 1: expected an object, actual=the number 12",
                "{\"a\": 1,\n \"b\": oops}| line 2, column ",
                "{\"a\": 1} x| line 1, column ",
                "{\"a\": 1} {}| line 1, column 10: expected the end, actual=more JSON",
                "{\"a\": 1, \"a\": 2}| line 1, column 13: Duplicate field 'a'",
                "{\"a\": 1| line 1, column 8: ",
                "{'a': 1}| line 1, column 2: ",
                "{\"a\": NaN}| line 1, column 10: Non-standard token 'NaN'",
                "{\"\": 1}| line 1, column 6: key \"\": limit=1 to 255 chars, actual=0",
                "{\"a\": \"\\ud800\"}| line 1, column 7: key \"a\"",
                "{\"a\": {\"$type\": \"no\", \"value\": 1}}| line 1, column 17: $type: expected one of ",
                "{\"a\": {\"$type\": 1, \"value\": 1}}| line 1, column 17: expected a string, actual=the number 1",
                "{\"a\": {\"$type\": \"int\"}}| line 1, column 7: an object with \"$type\" has \"value\"",
                "{\"a\": {\"$type\": \"byte\", \"value\": 128}}| line 1, column 34: limit=-128 to 127, actual=128",
                "{\"a\": {\"$type\": \"uint8\", \"value\": -1}}| line 1, column 35: limit=0 to 255, actual=-1",
                "{\"a\": {\"$type\": \"int[]\", \"value\": [1, \"x\"]}}| line 1, column 39: expected an integer, actual=\"x\"",
                "{\"a\": {\"$type\": \"int\", \"value\": 1.5}}| line 1, column 33: expected an integer, actual=\"1.5\"",
                "{\"a\": {\"$type\": \"bytes\", \"value\": \"#\"}}| line 1, column 35: expected base64",
                "{\"a\": {\"$type\": \"instant\", \"value\": \"now\"}}| line 1, column 37: expected a time such as",
                "{\"a\": {\"$type\": \"size\", \"value\": {\"width\": -1, \"height\": 0}}}| line 1, column 34: Size.width",
                "{\"a\": {\"$type\": \"point\", \"value\": {\"x\": 1}}}| line 1, column 35: expected an object of 2",
                "{\"a\": {\"$type\": \"string[]\", \"value\": [null]}}| line 1, column 39: expected a string, actual=null",
                "{\"a\": [{\"$type\": \"uint8\", \"value\": 1}]}| line 1, column 8: unsigned numbers",
                "{\"a\": [{\"$type\": \"uint16[]\", \"value\": []}]}| line 1, column 8: unsigned numbers and their arrays",
                "{\"a\": {\"$type\": \"uint16[]\", \"value\": [0, 65536]}}| line 1, column 42: limit=0 to 65535, actual=65536",
                "{\"a\": {\"$type\": \"uint64[]\", \"value\": 1}}| line 1, column 38: expected an array",
                "{\"a\": {\"$type\": \"uint8[]\", \"value\": [1]}}| line 1, column 17: $type: expected one of ",
            })
    void faultsSayWhereAndWhat(String textAndMessage) {
        int bar = textAndMessage.lastIndexOf('|');
        String text = textAndMessage.substring(0, bar);
        assertThat(faultOf(text)).startsWith(textAndMessage.substring(bar + 2));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1e99999999999| line 1, column 6: expected an exponent of -2147483647 to 2147483647, actual=\"1e9999",
                "-0.5E+2147483649| line 1, column 6: expected an exponent of ",
                "1e-99999999999| line 1, column 6: expected an exponent of ",
                "[1, 1e99999999999999999999]| line 1, column 10: expected an exponent of ",
                "{\"$type\": \"bigdecimal\", \"value\": \"1e99999999999\"}| line 1, column 39: expected an exponent of ",
                "{\"$type\": \"bigdecimal\", \"value\": \"1e\"}| line 1, column 39: expected a number",
                "{\"$type\": \"bigdecimal\", \"value\": \"\u0661\"}| line 1, column 39: expected a number",
                "{\"$type\": \"bigdecimal[]\", \"value\": [1e2147483648]}| line 1, column 42: expected an exponent",
                "{\"$type\": \"biginteger\", \"value\": 1e999999999}| line 1, column 39: expected an integer",
                "{\"$type\": \"int\", \"value\": 1e999999999}| line 1, column 32: expected an integer",
                "{\"$type\": \"uint64\", \"value\": 1e2147483647}| line 1, column 35: expected an integer",
                "{\"$type\": \"float\", \"value\": 1e300}| line 1, column 34: limit=3.4028235E38 either side of 0",
                "{\"$type\": \"float\", \"value\": 1e99999999999}| line 1, column 34: limit=3.4028235E38 either side",
                "{\"$type\": \"float[]\", \"value\": [0, -1e39]}| line 1, column 40: limit=3.4028235E38 either side",
                "{\"$type\": \"double\", \"value\": \"-1e400\"}| line 1, column 35: limit=1.7976931348623157E308",
                "{\"$type\": \"double\", \"value\": \"0x1p3\"}| line 1, column 35: expected a number",
                "{\"$type\": \"double\", \"value\": \" 1d\"}| line 1, column 35: expected a number",
                "{\"$type\": \"point\", \"value\": {\"x\": 1e39, \"y\": 0}}| line 1, column 40: limit=3.4028235E38",
                "{\"$type\": \"uuid\", \"value\": \"1-1-1-1-1\"}| line 1, column 33: expected a UUID of 36",
                "{\"$type\": \"duration\", \"value\": \"PT99999999999999999999S\"}| line 1, column 37: expected a dur",
                "{\"$type\": \"instant\", \"value\": \"+1000000001-01-01T00:00:00Z\"}| line 1, column 36: expected a t",
            })
    void aNumberThatItsTypeCannotHoldIsAFaultAndNeverAnotherNumber(String valueAndMessage) {
        int bar = valueAndMessage.lastIndexOf('|');
        String text = "{\"a\":" + valueAndMessage.substring(0, bar) + "}";
        assertThat(faultOf(text)).startsWith(valueAndMessage.substring(bar + 2));
    }

    @Test
    void exponentsThatADecimalHoldsAreKeptWithoutWritingThemOut() throws JsonFault {
        ValueSet set =
                ValueSetJson.read("{\"a\": 1e2147483647, \"b\": 1.5e-2147483646, \"c\": 0e5, \"d\": 1e-0000000000003}");
        assertThat(set.getBigDecimal("a")).isEqualTo(new BigDecimal(BigInteger.ONE, -Integer.MAX_VALUE));
        assertThat(set.getBigDecimal("b")).isEqualTo(new BigDecimal(BigInteger.valueOf(15), Integer.MAX_VALUE));
        assertThat(set.get("c")).isEqualTo(0.0);
        assertThat(set.get("d")).isEqualTo(0.001);
        assertThat(ValueSetJson.write(set))
                .isEqualTo("{\"a\":1E+2147483647,\"b\":1.5E-2147483646,\"c\":0.0,\"d\":0.001}");
    }

    @Test
    void theLengthOfANumberIsLimitedInTokensAndInStrings() {
        String digits = "1".repeat(100_001);
        assertThat(faultOf("{\"a\": " + digits + "}")).contains("100000").hasSizeLessThan(300);
        for (String type : List.of("int", "biginteger", "bigdecimal", "double", "float")) {
            assertThat(faultOf("{\"a\": {\"$type\": \"" + type + "\", \"value\": \"" + digits + "\"}}"))
                    .contains("number: limit=100000 characters, actual length=100001")
                    .hasSizeLessThan(300);
        }
        assertThat(faultOf("{\"a\": {\"$type\": \"int\", \"value\": " + digits.substring(1) + "}}"))
                .contains("limit=-2147483648 to 2147483647, actual=1111")
                .hasSizeLessThan(300);
    }

    @Test
    void bytesThatAreNotUtf8AreAFaultThatNamesTheirPlace() throws JsonFault {
        assertThat(ValueSetJson.read("{\"a\": \"caf\u00e9\"}".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(ValueSet.of("a", "caf\u00e9"));
        assertThat(faultOf("{\n \"a\": \"caf\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1)))
                .startsWith("line 2, column 11: expected UTF-8, actual byte(s)=e9; save the file as UTF-8");
        assertThat(faultOf("\ufeff{}".getBytes(StandardCharsets.UTF_8)))
                .startsWith("line 1, column 1: expected JSON, actual=a byte order mark; save the file as UTF-8");
        assertThat(faultOf("{}".getBytes(StandardCharsets.UTF_16)))
                .startsWith("line 1, column 1: expected UTF-8, actual=the byte order mark of UTF-16; save");
        assertThat(faultOf(new byte[] {'{', (byte) 0xe2, (byte) 0x82})).startsWith("line 1, column 2: expected UTF-8");
        assertThat(faultOf(new byte[0])).startsWith("line 1, column 1: expected a JSON object, actual=nothing");
    }

    @Test
    void depthIsLimited() throws JsonFault {
        assertThat(ValueSetJson.read(nested(32)).size()).isEqualTo(1);
        assertThat(faultOf(nested(33))).contains("limit=32 levels");
        assertThat(faultOf(nested(100_000))).startsWith("line 1, column ").contains("depth");
    }

    @Test
    void faultsDoNotSpeakOfTheParser() {
        assertThat(faultOf("{\"a\": NaN}")).endsWith("token 'NaN'");
        assertThat(faultOf("{'a': 1}")).doesNotContain("JsonReadFeature");
        assertThat(faultOf("{\"a\": +1}")).doesNotContain("JsonReadFeature");
        assertThat(faultOf("{\"a\": \"\n\"}")).doesNotContain("JsonReadFeature").doesNotContain("Source");
    }

    @Test
    void controlCharactersAndLineSeparatorsAreEscaped() throws JsonFault {
        ValueSet hostile = ValueSet.of("k\u009b", "\u001b[2J\u007f\u0085\u009f\u2028\u2029\u00a0\u00e9");
        String written = ValueSetJson.write(hostile);
        assertThat(written).isEqualTo("{\"k\\u009b\":\"\\u001B[2J\\u007f\\u0085\\u009f\\u2028\\u2029\u00a0\u00e9\"}");
        assertThat(ValueSetJson.read(written)).isEqualTo(hostile);
        assertThat(ValueSetJson.writeMember(hostile, "k\u009b")).doesNotContain("\u009f");
        assertThat(ValueSetJson.read(ValueSetJson.writeTyped(hostile, true))).isEqualTo(hostile);
    }

    private static String nested(int levels) {
        return "{\"a\":".repeat(levels - 1) + "{}" + "}".repeat(levels - 1);
    }

    private static String faultOf(byte[] utf8) {
        try {
            return "no fault: " + ValueSetJson.read(utf8);
        } catch (JsonFault e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static String faultOf(String text) {
        try {
            return "no fault: " + ValueSetJson.read(text);
        } catch (JsonFault e) {
            return String.valueOf(e.getMessage());
        }
    }
}
