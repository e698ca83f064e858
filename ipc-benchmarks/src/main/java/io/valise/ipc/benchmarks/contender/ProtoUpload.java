package io.valise.ipc.benchmarks.contender;

import io.grpc.MethodDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/** An upload for gRPC: the bytes as they are, which is less than a protocol buffer around them would cost. */
final class ProtoUpload {
    private ProtoUpload() {}

    private static byte[] readAll(InputStream stream) {
        try {
            byte[] bytes = new byte[stream.available()];
            int read = stream.readNBytes(bytes, 0, bytes.length);
            return read == bytes.length && stream.read() < 0 ? bytes : fail(read);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] fail(int read) {
        throw new IllegalStateException("a message is longer than what is available of it, read=" + read + " bytes");
    }

    /** The bytes there. */
    static final class BytesForm implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] bytes) {
            return new ProtoQuote.KnownBytes(bytes);
        }

        @Override
        public byte[] parse(InputStream stream) {
            return readAll(stream);
        }
    }

    /** Their number back. */
    static final class LengthForm implements MethodDescriptor.Marshaller<Long> {
        @Override
        public InputStream stream(Long length) {
            return new ProtoQuote.KnownBytes(
                    ByteBuffer.allocate(Long.BYTES).putLong(length).array());
        }

        @Override
        public Long parse(InputStream stream) {
            return ByteBuffer.wrap(readAll(stream)).getLong();
        }
    }
}
