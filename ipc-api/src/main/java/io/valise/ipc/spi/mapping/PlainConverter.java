package io.valise.ipc.spi.mapping;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.Point;
import io.valise.ipc.Rect;
import io.valise.ipc.Size;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.value.ValueSetAccess;
import io.valise.ipc.spi.schema.Definitions;
import io.valise.ipc.spi.schema.Form;
import java.lang.invoke.MethodType;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A type that ValueSets know: it crosses as it is. A number of another width is taken if nothing is lost.
 *
 * @param type the class of its values
 * @param ofNull what null becomes; zero for primitives
 * @param read reads it out of the set {@code {"value": …}}, or says why it cannot
 */
record PlainConverter(Class<?> type, @Nullable Object ofNull, Function<ValueSet, @Nullable Object> read)
        implements Converter {
    private static final String VALUE = "value";
    private static final Map<Class<?>, PlainConverter> KNOWN = known();

    /** The converter of a class, or null when ValueSets do not know it. */
    static @Nullable PlainConverter of(Class<?> type) {
        return KNOWN.get(type);
    }

    @Override
    public Object toWire(Object value, Conversion conversion, int level) {
        return value;
    }

    @Override
    public @Nullable Object fromWire(Object form, Conversion conversion) {
        if (type.isInstance(form)) {
            return form;
        }
        try {
            return read.apply(ValueSet.of(VALUE, form));
        } catch (IpcException e) {
            throw mismatch(form);
        }
    }

    @Override
    public boolean isValue(@Nullable Object stored) {
        return stored != null && stored.getClass() == type && !type.isArray();
    }

    @Override
    public @Nullable Object absent() {
        return type.isArray() ? Array.newInstance(type.getComponentType(), 0) : ofNull;
    }

    @Override
    public Form describe(Definitions types) {
        return Form.plain(ValueSetAccess.get().type(type));
    }

    /** Of an array it names the first element that does not convert. */
    private Mismatch mismatch(Object form) {
        PlainConverter element = type.isArray() ? of(type.getComponentType()) : null;
        boolean elements = form instanceof List<?> || form.getClass().isArray();
        if (element != null && elements) {
            try {
                Elements.receive(element, Elements.of(form, ""), Conversion.NONE);
            } catch (Mismatch e) {
                return e;
            }
        }
        return Mismatch.of(name(), form);
    }

    private String name() {
        return ofNull == null
                ? type.getSimpleName()
                : MethodType.methodType(type).unwrap().returnType().getName();
    }

    private static Map<Class<?>, PlainConverter> known() {
        Map<Class<?>, PlainConverter> known = new HashMap<>();
        number(known, boolean.class, Boolean.class, false, set -> set.getBoolean(VALUE));
        number(known, byte.class, Byte.class, (byte) 0, set -> set.getByte(VALUE));
        number(known, short.class, Short.class, (short) 0, set -> set.getShort(VALUE));
        number(known, int.class, Integer.class, 0, set -> set.getInt(VALUE));
        number(known, long.class, Long.class, 0L, set -> set.getLong(VALUE));
        number(known, float.class, Float.class, 0f, set -> set.getFloat(VALUE));
        number(known, double.class, Double.class, 0d, set -> set.getDouble(VALUE));
        number(known, char.class, Character.class, '\0', set -> set.getChar(VALUE));
        object(known, String.class, set -> set.getString(VALUE));
        object(known, Instant.class, set -> set.getInstant(VALUE));
        object(known, Duration.class, set -> set.getDuration(VALUE));
        object(known, UUID.class, set -> set.getUuid(VALUE));
        object(known, BigInteger.class, set -> set.getBigInteger(VALUE));
        object(known, BigDecimal.class, set -> set.getBigDecimal(VALUE));
        object(known, Point.class, set -> set.getPoint(VALUE));
        object(known, Size.class, set -> set.getSize(VALUE));
        object(known, Rect.class, set -> set.getRect(VALUE));
        object(known, ValueSet.class, set -> set.getValueSet(VALUE));
        object(known, Object.class, set -> set.get(VALUE));
        arrays(known);
        return known;
    }

    private static void arrays(Map<Class<?>, PlainConverter> known) {
        object(known, byte[].class, set -> set.getBytes(VALUE));
        object(known, boolean[].class, set -> set.getBooleans(VALUE));
        object(known, short[].class, set -> set.getShorts(VALUE));
        object(known, int[].class, set -> set.getInts(VALUE));
        object(known, long[].class, set -> set.getLongs(VALUE));
        object(known, float[].class, set -> set.getFloats(VALUE));
        object(known, double[].class, set -> set.getDoubles(VALUE));
        object(known, char[].class, set -> set.getChars(VALUE));
        object(known, String[].class, set -> set.getStrings(VALUE));
        Stream.of(
                        Instant[].class,
                        Duration[].class,
                        UUID[].class,
                        BigInteger[].class,
                        BigDecimal[].class,
                        Point[].class,
                        Size[].class,
                        Rect[].class)
                .forEach(type -> object(known, type, set -> elements(type, set)));
    }

    /** ValueSet has no getter for these arrays: a list converts if each of its items is of the element's type. */
    private static Object elements(Class<? extends Object[]> type, ValueSet set) {
        List<?> items = set.getList(VALUE);
        try {
            return Arrays.copyOf(items.toArray(), items.size(), type);
        } catch (ArrayStoreException e) {
            throw new IpcException(IpcStatus.TYPE_MISMATCH, "expected=" + type.getSimpleName(), e);
        }
    }

    private static void number(
            Map<Class<?>, PlainConverter> known,
            Class<?> primitive,
            Class<?> boxed,
            Object zero,
            Function<ValueSet, @Nullable Object> read) {
        known.put(primitive, new PlainConverter(boxed, zero, read));
        known.put(boxed, new PlainConverter(boxed, null, read));
    }

    private static void object(
            Map<Class<?>, PlainConverter> known, Class<?> type, Function<ValueSet, @Nullable Object> read) {
        known.put(type, new PlainConverter(type, null, read));
    }
}
