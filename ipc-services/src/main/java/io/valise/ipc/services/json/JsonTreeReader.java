package io.valise.ipc.services.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.valise.ipc.services.json.JsonTree.Digits;
import io.valise.ipc.services.json.JsonTree.Items;
import io.valise.ipc.services.json.JsonTree.Leaf;
import io.valise.ipc.services.json.JsonTree.Members;
import io.valise.ipc.services.json.JsonTree.Place;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Parses strict JSON (RFC 8259); a key given twice is an error. Immutable and thread-safe. */
final class JsonTreeReader {
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE) // base64 of a long message; the message limit is the server's
                    .maxNumberLength(Numbers.MOST_CHARACTERS)
                    .build())
            .build();

    /** The parser feature that would accept it. */
    private static final Pattern ADVICE_FOR_PROGRAMMERS =
            Pattern.compile(":? \\(?enable `?JsonReadFeature.*|\\[Source: [^;]*; (?=line)");

    private JsonTreeReader() {}

    /** Reads the one value that the text holds. */
    static JsonTree read(String text) throws JsonFault {
        try (JsonParser parser = JSON.createParser(text)) {
            return only(parser);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // reading a String cannot fail
        }
    }

    private static JsonTree only(JsonParser parser) throws IOException, JsonFault {
        try {
            if (parser.nextToken() == null) {
                throw fault(parser.currentLocation(), "expected a JSON object, actual=nothing");
            }
            JsonTree tree = value(parser);
            if (parser.nextToken() != null) {
                throw fault(parser.currentTokenLocation(), "expected the end, actual=more JSON");
            }
            return tree;
        } catch (JsonProcessingException e) {
            JsonLocation where = e.getLocation() == null ? parser.currentLocation() : e.getLocation();
            throw fault(
                    where,
                    ADVICE_FOR_PROGRAMMERS.matcher(e.getOriginalMessage()).replaceFirst(""));
        }
    }

    private static JsonTree value(JsonParser parser) throws IOException {
        Place place = place(parser.currentTokenLocation());
        return switch (parser.currentToken()) {
            case START_OBJECT -> members(parser, place);
            case START_ARRAY -> items(parser, place);
            case VALUE_NUMBER_INT -> new Digits(parser.getText(), true, place);
            case VALUE_NUMBER_FLOAT -> new Digits(parser.getText(), false, place);
            case VALUE_TRUE -> new Leaf(true, place);
            case VALUE_FALSE -> new Leaf(false, place);
            case VALUE_NULL -> new Leaf(null, place);
            default -> new Leaf(parser.getText(), place);
        };
    }

    private static Members members(JsonParser parser, Place place) throws IOException {
        Map<String, JsonTree> members = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            parser.nextToken();
            members.put(key, value(parser));
        }
        return new Members(members, place);
    }

    private static Items items(JsonParser parser, Place place) throws IOException {
        List<JsonTree> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            items.add(value(parser));
        }
        return new Items(items, place);
    }

    private static Place place(JsonLocation location) {
        return new Place(location.getLineNr(), location.getColumnNr());
    }

    private static JsonFault fault(JsonLocation location, String what) {
        return new JsonFault(location.getLineNr(), location.getColumnNr(), what);
    }
}
