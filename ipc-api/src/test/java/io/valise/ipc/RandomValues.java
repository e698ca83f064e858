package io.valise.ipc;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Random value sets of every type; the same seed makes the same sets. */
public final class RandomValues {
    private final RandomGenerator random;

    public RandomValues(RandomGenerator random) {
        this.random = random;
    }

    public ValueSet set() {
        return set(0);
    }

    private ValueSet set(int depth) {
        ValueSet.Builder builder = ValueSet.builder();
        int pairs = random.nextInt(16) == 0 ? random.nextInt(60) : random.nextInt(10);
        for (int i = 0; i < pairs; i++) {
            String key = i + text(20);
            switch (random.nextInt(23)) {
                case 0 -> builder.putUInt8(key, random.nextInt(256));
                case 1 -> builder.putUInt16(key, random.nextInt(65_536));
                case 2 -> builder.putUInt32(key, random.nextLong() >>> 32);
                case 3 -> builder.putUInt64(key, unsigned64());
                case 4 ->
                    builder.putUInt16Array(key, random.ints(length(), 0, 65_536).toArray());
                case 5 ->
                    builder.putUInt32Array(
                            key, random.longs(length(), 0, 1L << 32).toArray());
                case 6 -> builder.putUInt64Array(key, objects(length(), BigInteger[]::new, this::unsigned64));
                default -> builder.put(key, value(depth));
            }
        }
        return builder.build();
    }

    private @Nullable Object value(int depth) {
        return switch (random.nextInt(depth < 4 ? 4 : 2)) {
            case 0 -> scalar();
            case 1 -> array();
            case 2 -> random.nextBoolean() ? set(depth + 1) : list(depth + 1);
            default -> scalar();
        };
    }

    private List<@Nullable Object> list(int depth) {
        List<@Nullable Object> list = new ArrayList<>();
        for (int i = random.nextInt(6); i > 0; i--) {
            list.add(value(depth));
        }
        return list;
    }

    private @Nullable Object scalar() {
        return switch (random.nextInt(18)) {
            case 0 -> null;
            case 1 -> random.nextBoolean();
            case 2 -> (byte) random.nextInt();
            case 3 -> (short) random.nextInt();
            case 4 -> random.nextInt() >> random.nextInt(32);
            case 5 -> random.nextLong() >> random.nextInt(64);
            case 6 -> Float.intBitsToFloat(random.nextInt());
            case 7 -> Double.longBitsToDouble(random.nextLong());
            case 8 -> (char) random.nextInt();
            case 9 -> instant();
            case 10 -> duration();
            case 11 -> uuid();
            case 12 -> bigInteger();
            case 13 -> bigDecimal();
            case 14 -> point();
            case 15 -> size();
            case 16 -> rect();
            default -> text(random.nextInt(20) == 0 ? 3_000 : 40);
        };
    }

    private Object array() {
        int length = length();
        return switch (random.nextInt(17)) {
            case 0 -> bytes(length);
            case 1 -> shorts(length);
            case 2 -> random.ints(length).toArray();
            case 3 -> random.longs(length).toArray();
            case 4 -> floats(length);
            case 5 -> random.doubles(length).toArray();
            case 6 -> text(length).toCharArray();
            case 7 -> booleans(length);
            case 8 -> objects(length, String[]::new, this::shortText);
            case 9 -> objects(length, Instant[]::new, this::instant);
            case 10 -> objects(length, Duration[]::new, this::duration);
            case 11 -> objects(length, UUID[]::new, this::uuid);
            case 12 -> objects(length, BigInteger[]::new, this::bigInteger);
            case 13 -> objects(length, BigDecimal[]::new, this::bigDecimal);
            case 14 -> objects(length, Point[]::new, this::point);
            case 15 -> objects(length, Size[]::new, this::size);
            default -> objects(length, Rect[]::new, this::rect);
        };
    }

    private int length() {
        return random.nextInt(12) == 0 ? random.nextInt(400) : random.nextInt(8);
    }

    private BigInteger unsigned64() {
        return new BigInteger(64, new java.util.Random(random.nextLong()));
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private short[] shorts(int length) {
        short[] shorts = new short[length];
        for (int i = 0; i < length; i++) {
            shorts[i] = (short) random.nextInt();
        }
        return shorts;
    }

    private float[] floats(int length) {
        float[] floats = new float[length];
        for (int i = 0; i < length; i++) {
            floats[i] = random.nextFloat();
        }
        return floats;
    }

    private boolean[] booleans(int length) {
        boolean[] booleans = new boolean[length];
        for (int i = 0; i < length; i++) {
            booleans[i] = random.nextBoolean();
        }
        return booleans;
    }

    private static <T> T[] objects(int length, IntFunction<T[]> maker, java.util.function.Supplier<T> element) {
        T[] array = maker.apply(length);
        for (int i = 0; i < length; i++) {
            array[i] = element.get();
        }
        return array;
    }

    /** Mostly ASCII; any valid Unicode. */
    public String text(int maxChars) {
        StringBuilder text = new StringBuilder();
        int limit = maxChars == 0 ? 0 : random.nextInt(maxChars);
        int kind = random.nextInt(6);
        while (text.length() < limit) {
            int code = kind < 4 ? random.nextInt(' ', 0x7f) : random.nextInt(kind == 4 ? 0x800 : 0x11_0000);
            if (code < Character.MIN_SURROGATE || code > Character.MAX_SURROGATE) {
                text.appendCodePoint(code);
            }
        }
        return text.toString();
    }

    private String shortText() {
        return text(12);
    }

    private Instant instant() {
        long range = Instant.MAX.getEpochSecond();
        long seconds = random.nextBoolean() ? random.nextInt() : random.nextLong(-range, range);
        return Instant.ofEpochSecond(seconds, random.nextBoolean() ? 0 : random.nextInt(1_000_000_000));
    }

    private Duration duration() {
        return Duration.ofSeconds(random.nextLong() >> random.nextInt(64), random.nextInt(1_000_000_000));
    }

    private UUID uuid() {
        return new UUID(random.nextLong(), random.nextLong());
    }

    private BigInteger bigInteger() {
        BigInteger number = new BigInteger(random.nextInt(200), new java.util.Random(random.nextLong()));
        return random.nextBoolean() ? number : number.negate();
    }

    private BigDecimal bigDecimal() {
        return new BigDecimal(bigInteger(), random.nextBoolean() ? random.nextInt(20) : random.nextInt());
    }

    private Point point() {
        return new Point(random.nextFloat(), -random.nextFloat());
    }

    private Size size() {
        return new Size(random.nextFloat(), random.nextFloat());
    }

    private Rect rect() {
        return new Rect(random.nextFloat(), random.nextFloat(), random.nextFloat(), random.nextFloat());
    }
}
