package io.valise.ipc.internal.frame;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.encode.ValueSetEncoder;

/** How long the messages may be that an end takes, in bytes: what {@code maxMessageBytes} says. */
public final class MessageLimits {
    /** The least that {@code maxMessageBytes} may be: greetings must fit. */
    public static final int LEAST_BYTES = 4096;

    /** The most that {@code maxMessageBytes} may be. */
    public static final int MOST_BYTES = 1 << 30;

    /** The default {@code maxMessageBytes}. */
    public static final int DEFAULT_BYTES = 16 << 20;

    /** The most that the metadata of a reply may have: with its header it is shorter than any peer's limit. */
    public static final int MOST_REPLY_METADATA_BYTES = 4000;

    private MessageLimits() {}

    /** Returns the metadata of a reply, if it is within its limit. */
    public static ValueSet checkReplyMetadata(ValueSet metadata) {
        if (ValueSetEncoder.sizeBound(metadata) > MOST_REPLY_METADATA_BYTES) {
            int bytes = metadata.toCbor().length;
            if (bytes > MOST_REPLY_METADATA_BYTES) {
                throw new IpcException(
                        IpcStatus.MESSAGE_TOO_LARGE,
                        "metadata of a reply: limit=" + MOST_REPLY_METADATA_BYTES + " bytes, actual=" + bytes
                                + "; put it into the message");
            }
        }
        return metadata;
    }

    /** Returns the bytes, if they are within the limits. */
    public static int check(int bytes) {
        if (bytes < LEAST_BYTES || bytes > MOST_BYTES) {
            throw new IllegalArgumentException(
                    "maxMessageBytes: limit=" + LEAST_BYTES + " to " + MOST_BYTES + ", actual=" + bytes);
        }
        return bytes;
    }
}
