package io.valise.ipc.spi.mapping;

import io.valise.ipc.spi.schema.Definitions;
import io.valise.ipc.spi.schema.Form;
import java.net.URI;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A type of the JDK that crosses as a text: times as ISO 8601 writes them (a zone in brackets behind), URIs as RFC 3986 does.
 *
 * @param type its class
 * @param parse reads the text
 */
record TextConverter(Class<?> type, Function<String, Object> parse) implements Converter {
    private static final Map<Class<?>, Function<String, Object>> KNOWN = Map.of(
            LocalDate.class, LocalDate::parse,
            LocalTime.class, LocalTime::parse,
            LocalDateTime.class, LocalDateTime::parse,
            OffsetDateTime.class, OffsetDateTime::parse,
            ZonedDateTime.class, ZonedDateTime::parse,
            URI.class, URI::create);

    /** The converter of a class, or null when it does not cross as a text. */
    static @Nullable TextConverter of(Class<?> type) {
        Function<String, Object> parse = KNOWN.get(type);
        return parse == null ? null : new TextConverter(type, parse);
    }

    @Override
    public Object toWire(Object value, Conversion conversion, int level) {
        return value.toString();
    }

    @Override
    public Object fromWire(Object form, Conversion conversion) {
        if (form instanceof String text) {
            try {
                return parse.apply(text);
            } catch (DateTimeException | IllegalArgumentException e) {
                throw Mismatch.of(type.getSimpleName() + " as text", form);
            }
        }
        throw Mismatch.of(type.getSimpleName() + " as text", form);
    }

    @Override
    public Form describe(Definitions types) {
        return Form.text(type);
    }
}
