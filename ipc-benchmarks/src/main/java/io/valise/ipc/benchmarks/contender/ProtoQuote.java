package io.valise.ipc.benchmarks.contender;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The quote as a protocol buffer, with the calls that protoc's generated code makes. */
record ProtoQuote(
        String symbol, String venue, double bid, double ask, int bidSize, int askSize, long sequence, boolean live) {
    static ProtoQuote sample() {
        return new ProtoQuote("KRW/USD", "XKRX", 101.25, 101.5, 1_200, 64_000, 1_234_567_890_123L, true);
    }

    ProtoQuote answer() {
        return new ProtoQuote(symbol, venue, bid, ask, bidSize, askSize, sequence + 1, live);
    }

    private byte[] encode() throws IOException {
        int size = CodedOutputStream.computeStringSize(1, symbol)
                + CodedOutputStream.computeStringSize(2, venue)
                + CodedOutputStream.computeDoubleSize(3, bid)
                + CodedOutputStream.computeDoubleSize(4, ask)
                + CodedOutputStream.computeInt32Size(5, bidSize)
                + CodedOutputStream.computeInt32Size(6, askSize)
                + CodedOutputStream.computeInt64Size(7, sequence)
                + CodedOutputStream.computeBoolSize(8, live);
        byte[] bytes = new byte[size];
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.writeString(1, symbol);
        out.writeString(2, venue);
        out.writeDouble(3, bid);
        out.writeDouble(4, ask);
        out.writeInt32(5, bidSize);
        out.writeInt32(6, askSize);
        out.writeInt64(7, sequence);
        out.writeBool(8, live);
        out.checkNoSpaceLeft();
        return bytes;
    }

    private static ProtoQuote decode(CodedInputStream in) throws IOException {
        String symbol = "";
        String venue = "";
        double bid = 0;
        double ask = 0;
        int bidSize = 0;
        int askSize = 0;
        long sequence = 0;
        boolean live = false;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag >>> 3) {
                case 1 -> symbol = in.readStringRequireUtf8();
                case 2 -> venue = in.readStringRequireUtf8();
                case 3 -> bid = in.readDouble();
                case 4 -> ask = in.readDouble();
                case 5 -> bidSize = in.readInt32();
                case 6 -> askSize = in.readInt32();
                case 7 -> sequence = in.readInt64();
                case 8 -> live = in.readBool();
                default -> in.skipField(tag);
            }
        }
        return new ProtoQuote(symbol, venue, bid, ask, bidSize, askSize, sequence, live);
    }

    /** A stream whose length gRPC knows without reading it. */
    static final class KnownBytes extends ByteArrayInputStream implements KnownLength {
        KnownBytes(byte[] bytes) {
            super(bytes);
        }
    }

    /** The quote for gRPC. */
    static final class Form implements MethodDescriptor.Marshaller<ProtoQuote> {
        @Override
        public InputStream stream(ProtoQuote quote) {
            try {
                return new KnownBytes(quote.encode());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public ProtoQuote parse(InputStream stream) {
            try {
                return decode(CodedInputStream.newInstance(stream.readAllBytes()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
