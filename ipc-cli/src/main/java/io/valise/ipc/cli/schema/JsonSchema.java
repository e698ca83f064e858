package io.valise.ipc.cli.schema;

import io.valise.ipc.ValueSet;
import io.valise.ipc.spi.schema.Definition;
import io.valise.ipc.spi.schema.Field;
import io.valise.ipc.spi.schema.Form;
import io.valise.ipc.spi.schema.Offer;
import io.valise.ipc.spi.schema.Schema;
import java.math.BigInteger;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A schema as JSON Schema 2020-12, of messages as {@code ipc call} prints them. The types are under {@code $defs}, the offers
 * under {@code x-offers}. Stateless.
 */
public final class JsonSchema {
    private static final ValueSet ANYTHING = ValueSet.empty();
    private static final ValueSet REFERENCE =
            ValueSet.of("type", "object", "description", "a reference to an object, for programs alone");
    private static final Map<String, ValueSet> KNOWN = Map.ofEntries(
            Map.entry("BOOLEAN", ValueSet.of("type", "boolean")),
            Map.entry("STRING", ValueSet.of("type", "string")),
            Map.entry("CHAR16", ValueSet.of("type", new String[] {"string", "integer"})),
            Map.entry("CHAR16_ARRAY", ValueSet.of("type", new String[] {"string", "array"})),
            Map.entry("INT8", integer(false, 8)),
            Map.entry("INT16", integer(false, 16)),
            Map.entry("INT32", integer(false, 32)),
            Map.entry("INT64", integer(false, 64)),
            Map.entry("UINT8", integer(true, 8)),
            Map.entry("UINT16", integer(true, 16)),
            Map.entry("UINT32", integer(true, 32)),
            Map.entry("UINT64", integer(true, 64)),
            Map.entry("SINGLE", ValueSet.of("type", "number")),
            Map.entry("DOUBLE", ValueSet.of("type", "number")),
            Map.entry("BIG_DECIMAL", ValueSet.of("type", "number")),
            Map.entry("BIG_INTEGER", ValueSet.of("type", "integer")),
            Map.entry("DATE_TIME", ValueSet.of("type", "string", "format", "date-time")),
            Map.entry("TIME_SPAN", ValueSet.of("type", "string", "description", "ISO 8601 duration")),
            Map.entry("GUID", ValueSet.of("type", "string", "format", "uuid")),
            Map.entry("UINT8_ARRAY", ValueSet.of("type", "string", "contentEncoding", "base64")),
            Map.entry("POINT", shape("x", "y")),
            Map.entry("SIZE", shape("width", "height")),
            Map.entry("RECT", shape("x", "y", "width", "height")),
            Map.entry("VALUE_SET", ValueSet.of("type", "object")));
    private static final PlainTypes<ValueSet> PLAIN = new PlainTypes<>(KNOWN, ANYTHING, JsonSchema::array);
    /** Formats of JSON Schema for the Java types whose texts are always of that format. */
    private static final Map<String, String> FORMATS = Map.of("LocalDate", "date", "URI", "uri-reference");

    private JsonSchema() {}

    /**
     * The document.
     *
     * @throws IllegalArgumentException when a name cannot be a key, or the forms are nested too deep
     */
    public static ValueSet of(Schema schema, String title) {
        ValueSet.Builder definitions = ValueSet.builder();
        schema.types().forEach(each -> definitions.put(each.name(), definition(each)));
        return ValueSet.of(
                "$schema",
                "https://json-schema.org/draft/2020-12/schema",
                "title",
                title,
                "x-offers",
                schema.offers().stream().map(JsonSchema::offer).toList(),
                "$defs",
                definitions.build());
    }

    private static ValueSet offer(Offer offer) {
        ValueSet.Builder set = ValueSet.builder();
        set.put("name", offer.name()).put("kind", offer.kind().name());
        put(set, "request", offer.request());
        put(set, "answer", offer.answer());
        return set.build();
    }

    private static void put(ValueSet.Builder set, String key, @Nullable Form form) {
        if (form != null) {
            set.put(key, message(form));
        }
    }

    private static ValueSet definition(Definition type) {
        return switch (type.kind()) {
            case RECORD -> record(type.fields(), null);
            case ENUM -> ValueSet.of("enum", type.constants());
            case SEALED ->
                ValueSet.of(
                        "oneOf",
                        type.records().stream()
                                .map(each -> record(each.fields(), each.name()))
                                .toList());
            case INTERFACE -> REFERENCE;
            case OTHER -> ANYTHING;
        };
    }

    /** @param name what it says under {@code $record}, or null */
    private static ValueSet record(List<Field> fields, @Nullable String name) {
        ValueSet.Builder properties = ValueSet.builder();
        List<String> required = new ArrayList<>();
        if (name != null) {
            properties.put("$record", ValueSet.of("const", name));
            required.add("$record");
        }
        for (Field each : fields) {
            properties.put(each.name(), form(each.form()));
            if (!each.form().optional()) {
                required.add(each.name());
            }
        }
        return ValueSet.of("type", "object", "properties", properties.build(), "required", required);
    }

    /** Of a value in a message, which may be null: an object of Java can be, and a primitive value is zero or false then. */
    private static ValueSet form(Form form) {
        ValueSet schema = message(form);
        Object type = schema.find("type").orElse(null);
        if (type instanceof String one) {
            return schema.toBuilder().put("type", new String[] {one, "null"}).build();
        } else if (type instanceof String[] several) {
            String[] types = Arrays.copyOf(several, several.length + 1);
            types[several.length] = "null";
            return schema.toBuilder().put("type", types).build();
        }
        return schema.isEmpty() ? schema : ValueSet.of("anyOf", List.of(schema, ValueSet.of("type", "null")));
    }

    private static ValueSet message(Form form) {
        Form of = form.of();
        if (form.type().equals(Form.PUBLISHER)) {
            return REFERENCE;
        } else if (form.name() != null) {
            return ValueSet.of("$ref", "#/$defs/" + pointer(form.name()));
        } else if (of != null) {
            return form.type().equals(Form.MAP)
                    ? ValueSet.of("type", "object", "additionalProperties", form(of))
                    : array(form(of));
        } else if (form.format() != null) {
            String format = FORMATS.get(form.format());
            return format == null
                    ? ValueSet.of("type", "string", "description", form.format())
                    : ValueSet.of("type", "string", "format", format);
        }
        return PLAIN.of(form.type());
    }

    private static ValueSet array(ValueSet items) {
        return ValueSet.of("type", "array", "items", items);
    }

    /** A name as a part of a JSON pointer (RFC 6901) in the fragment of a URI. */
    private static String pointer(String name) {
        return URLEncoder.encode(name.replace("~", "~0").replace("/", "~1"), StandardCharsets.UTF_8)
                .replace("+", "%20");
    }

    private static ValueSet integer(boolean unsigned, int bits) {
        BigInteger values = BigInteger.TWO.pow(unsigned ? bits : bits - 1);
        return ValueSet.of(
                "type",
                "integer",
                "minimum",
                unsigned ? BigInteger.ZERO : values.negate(),
                "maximum",
                values.subtract(BigInteger.ONE));
    }

    private static ValueSet shape(String... keys) {
        ValueSet.Builder properties = ValueSet.builder();
        for (String key : keys) {
            properties.put(key, ValueSet.of("type", "number"));
        }
        return ValueSet.of("type", "object", "properties", properties.build(), "required", List.of(keys));
    }
}
