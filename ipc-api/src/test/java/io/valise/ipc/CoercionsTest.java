package io.valise.ipc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** What numbers convert into; everything else is a mismatch that names key, wanted and found. */
class CoercionsTest {
    private static final List<Number> INTEGERS_OF_FIVE = List.of((byte) 5, (short) 5, 5, 5L, BigInteger.valueOf(5));

    @Test
    void integersWidenAndNarrowAmongThemselves() {
        for (Number five : INTEGERS_OF_FIVE) {
            ValueSet set = ValueSet.of("n", five);
            assertThat(set.getByte("n")).isEqualTo((byte) 5);
            assertThat(set.getShort("n")).isEqualTo((short) 5);
            assertThat(set.getInt("n", 0)).isEqualTo(5);
            assertThat(set.getLong("n")).isEqualTo(5);
            assertThat(set.getBigInteger("n")).isEqualTo(BigInteger.valueOf(5));
            assertThat(set.getFloat("n")).isEqualTo(5);
            assertThat(set.getDouble("n")).isEqualTo(5);
            assertThat(set.getBigDecimal("n")).isEqualTo(BigDecimal.valueOf(5));
        }
    }

    @Test
    void narrowingLosesNothing() {
        refused(128, s -> s.getByte("n"), "wanted=INT8, found=INT32 128");
        refused(-129, s -> s.getByte("n"), "wanted=INT8, found=INT32 -129");
        refused(32_768, s -> s.getShort("n"), "wanted=INT16, found=INT32 32768");
        refused(1L << 31, s -> s.getInt("n"), "wanted=INT32, found=INT64 2147483648");
        refused(BigInteger.TWO.pow(63), s -> s.getLong("n"), "wanted=INT64, found=BIG_INTEGER 9223372036854775808");
        refused(BigInteger.TWO.pow(64).add(BigInteger.TEN), s -> s.getInt("n"), "wanted=INT32, found=BIG_INTEGER");
        assertThat(ValueSet.of("n", Long.MIN_VALUE).getBigInteger("n"))
                .isEqualTo(BigInteger.TWO.pow(63).negate());
        assertThat(ValueSet.of("n", BigInteger.TWO.pow(63).negate()).getLong("n"))
                .isEqualTo(Long.MIN_VALUE);
    }

    @Test
    void floatsConvertWhereTheyAreExactAndADoubleToItsNearestFiniteFloat() {
        assertThat(ValueSet.of("n", 1.5f).getDouble("n")).isEqualTo(1.5);
        assertThat(ValueSet.of("n", 1.5).getFloat("n")).isEqualTo(1.5f);
        assertThat(ValueSet.of("n", Double.NaN).getFloat("n")).isNaN();
        assertThat(ValueSet.of("n", Double.NEGATIVE_INFINITY).getFloat("n")).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(ValueSet.of("n", 1L << 62).getFloat("n")).isEqualTo(0x1p62f);
        assertThat(ValueSet.of("n", 0.1).getFloat("n")).isEqualTo(0.1f);
        assertThat(ValueSet.of("n", 1e-300).getFloat("n")).isZero();
        assertThat(ValueSet.of("n", (double) Float.MAX_VALUE).getFloat("n")).isEqualTo(Float.MAX_VALUE);
        assertThat(ValueSet.of("n", Math.nextUp((double) Float.MAX_VALUE)).getFloat("n"))
                .isEqualTo(Float.MAX_VALUE);
        refused(1e300, s -> s.getFloat("n"), "wanted=SINGLE, found=DOUBLE 1.0E300");
        refused((1 << 24) + 1, s -> s.getFloat("n"), "wanted=SINGLE, found=INT32 16777217");
        refused((1L << 53) + 1, s -> s.getDouble("n"), "wanted=DOUBLE, found=INT64 9007199254740993");
        refused(Long.MAX_VALUE, s -> s.getDouble("n"), "wanted=DOUBLE, found=INT64");
        refused(BigInteger.TWO.pow(2_000), s -> s.getDouble("n"), "found=BIG_INTEGER integer of 2001 bits");
    }

    @Test
    void aFractionNeverBecomesAnInteger() {
        refused(1.0, s -> s.getInt("n"), "wanted=INT32, found=DOUBLE 1.0");
        refused(1f, s -> s.getLong("n"), "wanted=INT64, found=SINGLE 1.0");
        refused(BigDecimal.ONE, s -> s.getBigInteger("n"), "wanted=BIG_INTEGER, found=BIG_DECIMAL 1");
        refused(1.5, s -> s.getBigDecimal("n"), "wanted=BIG_DECIMAL, found=DOUBLE 1.5");
        refused(new BigDecimal("1e2000000000"), s -> s.getLong("n"), "found=BIG_DECIMAL 1E+2000000000");
    }

    @Test
    void nothingElseConverts() {
        refused("5", s -> s.getInt("n"), "key \"n\": wanted=INT32, found=STRING \"5\"");
        refused(5, s -> s.getString("n"), "wanted=STRING, found=INT32 5");
        refused('5', s -> s.getInt("n"), "wanted=INT32, found=CHAR16 5");
        refused(5, s -> s.getChar("n"), "wanted=CHAR16, found=INT32 5");
        refused(1, s -> s.getBoolean("n"), "wanted=BOOLEAN, found=INT32 1");
        refused(new float[] {1}, s -> s.getLongs("n"), "wanted=INT64_ARRAY, found=SINGLE_ARRAY float[1.0]");
        refused("abc", s -> s.getList("n"), "wanted=LIST, found=STRING \"abc\"");
        refused(new String[0], s -> s.getInts("n"), "wanted=INT32_ARRAY, found=STRING_ARRAY String[]");
        refused("x".repeat(100_000), s -> s.getValueSet("n"), "wanted=VALUE_SET, found=STRING \"xxx");
        refused(new Size(1, 2), s -> s.getPoint("n"), "wanted=POINT, found=SIZE Size[width=1.0, height=2.0]");
    }

    private static void refused(Object value, Function<ValueSet, Object> getter, String message) {
        assertThatThrownBy(() -> getter.apply(ValueSet.of("n", value)))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.TYPE_MISMATCH))
                .hasMessageContaining("key \"n\": ")
                .hasMessageContaining(message)
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(500));
    }
}
