package io.valise.ipc.benchmarks.contender;

/** The content of one call, the same for every contender. */
public enum Workload {
    /** A quote of eight fields each way; the answer is built anew from the fields of the request. */
    QUOTE,
    /** 1 MiB of bytes to the peer, their number back. */
    UPLOAD;

    /** How many bytes an upload has. */
    public static final int UPLOAD_BYTES = 1 << 20;

    /** Bytes to upload: not all alike. */
    public static byte[] bytes() {
        byte[] bytes = new byte[UPLOAD_BYTES];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) ((i * 31) >>> 3);
        }
        return bytes;
    }
}
