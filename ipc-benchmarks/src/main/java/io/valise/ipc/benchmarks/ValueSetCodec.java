package io.valise.ipc.benchmarks;

import io.valise.ipc.ValueSet;
import io.valise.ipc.benchmarks.contender.ChronicleWireForm;
import io.valise.ipc.benchmarks.contender.JacksonForm;
import io.valise.ipc.benchmarks.contender.JvmOptions;
import io.valise.ipc.benchmarks.contender.KryoForm;
import io.valise.ipc.benchmarks.contender.MessagePackForm;
import io.valise.ipc.benchmarks.contender.Quotes;
import io.valise.ipc.benchmarks.contender.ValiseForm;
import io.valise.ipc.benchmarks.contender.WireQuote;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The quote of eight fields to bytes and back, each library reusing what its documentation says to reuse; and 64 KiB of
 * doubles, compared with copying them. {@code -prof gc} reports the allocation.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class ValueSetCodec {
    @Benchmark
    public int encodeValise(Valise with) {
        return with.form.encode(with.quote);
    }

    @Benchmark
    public ValueSet decodeValise(Valise with) {
        return with.form.decode();
    }

    @Benchmark
    public byte[] encodeJacksonCbor(Jackson with) throws IOException {
        return with.form.encode(with.quote);
    }

    @Benchmark
    public Map<String, Object> decodeJacksonCbor(Jackson with) throws IOException {
        return with.form.decode(with.bytes, 0, with.bytes.length);
    }

    @Benchmark
    public int encodeMessagePack(Packed with) throws IOException {
        return with.form.encode(with.quote);
    }

    @Benchmark
    public Map<String, Object> decodeMessagePack(Packed with) throws IOException {
        return with.form.decode();
    }

    @Benchmark
    public int encodeKryo(ByKryo with) {
        return with.form.encode(with.quote);
    }

    @Benchmark
    public Map<String, Object> decodeKryo(ByKryo with) {
        return with.form.decode();
    }

    @Benchmark
    @Fork(
            value = 2,
            jvmArgsAppend = {
                JvmOptions.QUIET,
                JvmOptions.CHRONICLE_REF,
                JvmOptions.CHRONICLE_CHANNELS,
                JvmOptions.CHRONICLE_LANG,
                JvmOptions.CHRONICLE_REFLECT
            })
    public int encodeChronicleWire(ByWire with) {
        return with.form.encode();
    }

    @Benchmark
    @Fork(
            value = 2,
            jvmArgsAppend = {
                JvmOptions.QUIET,
                JvmOptions.CHRONICLE_REF,
                JvmOptions.CHRONICLE_CHANNELS,
                JvmOptions.CHRONICLE_LANG,
                JvmOptions.CHRONICLE_REFLECT
            })
    public WireQuote decodeChronicleWire(ByWire with) {
        return with.form.decode();
    }

    @Benchmark
    public int encodeDoublesValise(Doubles with) {
        return with.form.encode(with.set);
    }

    @Benchmark
    public ValueSet decodeDoublesValise(Doubles with) {
        return with.form.decode();
    }

    /** The limit of encoding: the copy into existing memory. */
    @Benchmark
    public double[] encodeDoublesMemcpy(Doubles with) {
        System.arraycopy(with.doubles, 0, with.target, 0, with.doubles.length);
        return with.target;
    }

    /** The limit of decoding: the copy into a new array. */
    @Benchmark
    public double[] decodeDoublesMemcpy(Doubles with) {
        return with.doubles.clone();
    }

    /** Valise's codec and a buffer. */
    @State(Scope.Benchmark)
    public static class Valise {
        final ValiseForm form = new ValiseForm(4_096);
        final ValueSet quote = Quotes.valueSet();

        /** Has something to decode. */
        @Setup
        public void encode() {
            form.encode(quote);
        }
    }

    /** Jackson's CBOR. */
    @State(Scope.Benchmark)
    public static class Jackson {
        final JacksonForm form = new JacksonForm();
        final Map<String, Object> quote = Quotes.map();
        byte[] bytes = {};

        /** Has something to decode. */
        @Setup
        public void encode() throws IOException {
            bytes = form.encode(quote);
        }
    }

    /** MessagePack. */
    @State(Scope.Benchmark)
    public static class Packed {
        final MessagePackForm form = new MessagePackForm();
        final Map<String, Object> quote = Quotes.map();

        /** Has something to decode. */
        @Setup
        public void encode() throws IOException {
            form.encode(quote);
        }
    }

    /** Kryo. */
    @State(Scope.Benchmark)
    public static class ByKryo {
        final KryoForm form = new KryoForm();
        final Map<String, Object> quote = Quotes.map();

        /** Has something to decode. */
        @Setup
        public void encode() {
            form.encode(quote);
        }
    }

    /** Chronicle Wire. */
    @State(Scope.Benchmark)
    public static class ByWire {
        final ChronicleWireForm form = new ChronicleWireForm();

        /** Has something to decode. */
        @Setup
        public void encode() {
            form.encode();
        }
    }

    /** 64 KiB of doubles. */
    @State(Scope.Benchmark)
    public static class Doubles {
        private static final int LENGTH = 8_192;

        final ValiseForm form = new ValiseForm(128 * 1_024);
        final double[] doubles = new double[LENGTH];
        final double[] target = new double[LENGTH];
        ValueSet set = ValueSet.empty();

        /** Has something to decode. */
        @Setup
        public void encode() {
            for (int i = 0; i < LENGTH; i++) {
                doubles[i] = i / 3.0;
            }
            set = ValueSet.of("doubles", doubles);
            form.encode(set);
        }
    }
}
