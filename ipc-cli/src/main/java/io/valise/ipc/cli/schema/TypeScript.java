package io.valise.ipc.cli.schema;

import io.valise.ipc.ValueSet;
import io.valise.ipc.services.json.ValueSetJson;
import io.valise.ipc.spi.schema.Definition;
import io.valise.ipc.spi.schema.Field;
import io.valise.ipc.spi.schema.Form;
import io.valise.ipc.spi.schema.Method;
import io.valise.ipc.spi.schema.Offer;
import io.valise.ipc.spi.schema.Schema;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A schema as types of TypeScript, of messages as the Node client {@code @valise/ipc} reads and sends them. Immutable. */
public final class TypeScript {
    private static final Map<String, String> KNOWN = Map.ofEntries(
            Map.entry("BOOLEAN", "boolean"),
            Map.entry("STRING", "string"),
            Map.entry("CHAR16", "string"),
            Map.entry("CHAR16_ARRAY", "string"),
            Map.entry("INT8", "number"),
            Map.entry("INT16", "number"),
            Map.entry("INT32", "number"),
            Map.entry("INT64", "bigint"),
            Map.entry("UINT8", "number"),
            Map.entry("UINT16", "number"),
            Map.entry("UINT32", "number"),
            Map.entry("UINT64", "bigint"),
            Map.entry("BIG_INTEGER", "bigint"),
            Map.entry("SINGLE", "number"),
            Map.entry("DOUBLE", "number"),
            Map.entry("BIG_DECIMAL", "valise.BigDecimal"),
            Map.entry("DATE_TIME", "valise.Instant"),
            Map.entry("TIME_SPAN", "valise.Duration"),
            Map.entry("GUID", "valise.Uuid"),
            Map.entry("POINT", "valise.Point"),
            Map.entry("SIZE", "valise.Size"),
            Map.entry("RECT", "valise.Rect"),
            Map.entry("VALUE_SET", "valise.Received"),
            Map.entry("UINT8_ARRAY", "Uint8Array"),
            Map.entry("INT16_ARRAY", "Int16Array"),
            Map.entry("INT32_ARRAY", "Int32Array"),
            Map.entry("INT64_ARRAY", "BigInt64Array"),
            Map.entry("UINT16_ARRAY", "Uint16Array"),
            Map.entry("UINT32_ARRAY", "Uint32Array"),
            Map.entry("UINT64_ARRAY", "BigUint64Array"),
            Map.entry("SINGLE_ARRAY", "Float32Array"),
            Map.entry("DOUBLE_ARRAY", "Float64Array"));
    private static final PlainTypes<String> PLAIN = new PlainTypes<>(KNOWN, "valise.Value", TypeScript::array);
    /** Names that the types of a server would hide, or that TypeScript does not give to types. */
    private static final Set<String> TAKEN = Set.of(
            ("Services Streams Objects Events valise Promise AsyncIterable Uint8Array Int16Array Int32Array BigInt64Array"
                            + " Uint16Array Uint32Array BigUint64Array Float32Array Float64Array"
                            + " any bigint boolean never null number object string symbol undefined unknown void"
                            + " await break case catch class const continue debugger default delete do else enum export extends"
                            + " false finally for function if implements import in instanceof interface let new package"
                            + " private protected public return static super switch this throw true try typeof var while"
                            + " with yield")
                    .split(" "));

    private final Schema schema;
    private final Map<String, String> identifiers;

    private TypeScript(Schema schema) {
        this.schema = schema;
        this.identifiers = identifiers(schema.types());
    }

    /** The lines of a module. */
    public static List<String> of(Schema schema, String endpoint) {
        return new TypeScript(schema).lines(endpoint);
    }

    private List<String> lines(String endpoint) {
        List<String> lines = new ArrayList<>();
        lines.add("// The types of " + endpoint + ", by `ipc schema --typescript`.");
        lines.add("import type * as valise from '@valise/ipc';");
        for (Definition each : schema.types()) {
            lines.add("");
            lines.add("export type " + identifier(each.name()) + " = " + definition(each) + ';');
        }
        add(Offer.Kind.SERVICE, "Services", "reply", lines);
        add(Offer.Kind.STREAM, "Streams", "item", lines);
        add(Offer.Kind.OBJECT, "Objects", "", lines);
        add(Offer.Kind.EVENT, "Events", "", lines);
        return lines;
    }

    private void add(Offer.Kind kind, String name, String answer, List<String> lines) {
        lines.add("");
        lines.add("export type " + name + " = {");
        schema.offers().stream()
                .filter(each -> each.kind() == kind)
                .forEach(each -> lines.add("  " + key(each.name()) + ": " + offer(each, answer) + ';'));
        lines.add("};");
    }

    private String offer(Offer offer, String answer) {
        if (offer.kind() == Offer.Kind.OBJECT) {
            return message(offer.answer(), "valise.RemoteObject");
        }
        String request = message(offer.request(), "valise.Message");
        return offer.kind() == Offer.Kind.EVENT
                ? request
                : "{ request: " + request + "; " + answer + ": " + message(offer.answer(), "valise.Received") + " }";
    }

    private String message(@Nullable Form form, String untyped) {
        return form == null ? untyped : type(form);
    }

    private String definition(Definition type) {
        return switch (type.kind()) {
            case RECORD -> record(type.fields(), null);
            case ENUM -> oneOf(type.constants().stream().map(TypeScript::text));
            case SEALED -> oneOf(type.records().stream().map(each -> record(each.fields(), each.name())));
            case INTERFACE -> methods(type.methods());
            case OTHER -> "valise.Value";
        };
    }

    private static String oneOf(Stream<String> types) {
        String union = types.collect(Collectors.joining(" | "));
        return union.isEmpty() ? "never" : union;
    }

    /** @param name what it says under {@code $record}, or null */
    private String record(List<Field> fields, @Nullable String name) {
        StringBuilder text = new StringBuilder("{");
        if (name != null) {
            text.append(" $record: ").append(text(name)).append(';');
        }
        for (Field each : fields) {
            text.append(' ')
                    .append(key(each.name()))
                    .append(each.form().optional() ? "?: " : ": ")
                    .append(type(each.form()))
                    .append(';');
        }
        return text.append(" }").toString();
    }

    /** The methods of a proxy. */
    private String methods(List<Method> methods) {
        StringBuilder text = new StringBuilder("{");
        for (Method each : methods) {
            String name = each.name().equals("new") ? text(each.name()) : key(each.name()); // new( is a constructor
            text.append(' ').append(name).append('(');
            for (int i = 0; i < each.parameters().size(); i++) {
                text.append(i == 0 ? "" : ", ")
                        .append("arg")
                        .append(i)
                        .append(": ")
                        .append(type(each.parameters().get(i)));
            }
            text.append("): Promise<")
                    .append(each.result() == null ? "void" : type(each.result()))
                    .append(">;");
        }
        return text.append(" }").toString();
    }

    private String type(Form form) {
        return required(form) + (form.optional() ? " | null" : "");
    }

    private String required(Form form) {
        Form of = form.of();
        if (of != null && form.type().equals(Form.PUBLISHER)) {
            return "AsyncIterable<" + type(of) + '>';
        } else if (form.name() != null) {
            return identifier(form.name());
        } else if (of != null) {
            return form.type().equals(Form.MAP) ? "{ [key: string]: " + type(of) + " }" : array(type(of));
        }
        return PLAIN.of(form.type());
    }

    private static String array(String item) {
        return "readonly " + (item.contains(" ") ? '(' + item + ')' : item) + "[]";
    }

    /** A key as it is where that can be written, else in quotes. */
    private static String key(String name) {
        return name.matches("[\\p{L}_$][\\p{L}\\p{Nd}_$]*") ? name : text(name);
    }

    private static String text(String name) {
        return ValueSetJson.writeMember(ValueSet.of("text", name), "text");
    }

    /** The name of a type; of one that the schema lacks, what it would be. */
    private String identifier(String name) {
        return identifiers.getOrDefault(name, spelled(name));
    }

    /** A name that a server in another language may have given other characters. */
    private static String spelled(String name) {
        String letters = name.replaceAll("[^\\p{L}\\p{Nd}_$]", "_");
        return TAKEN.contains(letters) || !letters.matches("[\\p{L}_$].*") ? '_' + letters : letters;
    }

    /** A second name that is spelled as another has a number; those that need no other spelling come first. */
    private static Map<String, String> identifiers(List<Definition> types) {
        Map<String, String> identifiers = new HashMap<>();
        Set<String> used = new HashSet<>();
        types.stream()
                .map(Definition::name)
                .sorted(Comparator.comparing((String name) -> !spelled(name).equals(name))
                        .thenComparing(name -> name))
                .forEach(name -> identifiers.computeIfAbsent(name, added -> free(spelled(added), used)));
        return identifiers;
    }

    private static String free(String spelled, Set<String> used) {
        String name = spelled;
        for (int number = 2; !used.add(name); number++) {
            name = spelled + number;
        }
        return name;
    }
}
