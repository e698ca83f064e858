package io.valise.ipc.internal.cbor;

/** IEEE 754 binary16, which other encoders use where nothing is lost. */
public final class HalfFloat {
    private static final float SUBNORMAL_UNIT = 0x1p-24f;

    private HalfFloat() {}

    public static float toFloat(short bits) {
        int exponent = bits >> 10 & 0x1f;
        int fraction = bits & 0x3ff;
        int sign = (bits & 0x8000) << 16;
        if (exponent == 0) {
            float magnitude = fraction * SUBNORMAL_UNIT;
            return sign == 0 ? magnitude : -magnitude;
        }
        int wide = exponent == 0x1f ? 0xff : exponent - 15 + 127;
        return Float.intBitsToFloat(sign | wide << 23 | fraction << 13);
    }
}
