package io.valise.ipc.services.files;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.runtime.Threads;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.util.Arrays;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Publishes an open file to one subscriber: first its name and size, then its bytes in chunks, no more than were asked
 * for. The stream completes when the reader has confirmed that it has all of them. A thread of its own reads and sends
 * while there is demand; no other thread waits for it. Thread-safe.
 */
final class FileSource implements Flow.Publisher<ValueSet>, Flow.Subscription {
    static final String NAME = "name";
    static final String SIZE = "size";
    static final String DATA = "data";
    private static final int CHUNK_BYTES = 64 * 1024;

    private static final Logger LOG = SafeLog.of("io.valise.ipc.services.files");
    private static final Executor SENDERS = Threads.pool("valise-files", Integer.MAX_VALUE);

    private final String name;
    private final SeekableByteChannel file;
    private final long size;
    private final Runnable failed;
    private final ByteBuffer buffer = ByteBuffer.allocate(CHUNK_BYTES);
    private Flow.@Nullable Subscriber<? super ValueSet> subscriber;
    private volatile boolean announced;
    /** Written by the thread that sends, before it sends. */
    private volatile long sent;
    /** Guarded by this, as are the next three. */
    private long demand;

    private boolean sending;
    private boolean confirmed;
    private boolean over;

    /** The next step of the sending thread. */
    private enum Step {
        SEND,
        FINISH,
        CLOSE,
        WAIT
    }

    /** @param failed runs when the transfer has ended without the reader's confirmation; once */
    FileSource(String name, SeekableByteChannel file, long size, Runnable failed) {
        this.name = name;
        this.file = file;
        this.size = size;
        this.failed = failed;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ValueSet> given) {
        subscriber = given;
        given.onSubscribe(this);
    }

    @Override
    public void request(long more) {
        synchronized (this) {
            demand = demand + more < 0 ? Long.MAX_VALUE : demand + more;
        }
        goOn();
    }

    /**
     * The reader has confirmed that it has all bytes: ends the stream. Returns whether they have been sent, and once
     * only.
     */
    boolean confirm() {
        synchronized (this) {
            if (over || confirmed || !isSent()) {
                return false;
            }
            confirmed = true;
        }
        goOn();
        return true;
    }

    private boolean isSent() {
        return announced && sent >= size;
    }

    private void goOn() {
        synchronized (this) {
            if (sending || over) {
                return;
            }
            sending = true;
        }
        boolean begun = false;
        try {
            SENDERS.execute(this::send);
            begun = true;
        } finally {
            if (!begun) { // no thread: the next request, or cancel(), finds it as it was
                synchronized (this) {
                    sending = false;
                    confirmed = false;
                }
            }
        }
    }

    @Override
    public void cancel() {
        boolean unconfirmed;
        synchronized (this) {
            unconfirmed = !over && !confirmed;
            over = true;
            if (!sending) {
                close(); // otherwise the sending thread does, at its next check
            }
        }
        if (unconfirmed) {
            failed.run();
        }
    }

    private void send() {
        Flow.Subscriber<? super ValueSet> to = subscriber;
        try {
            for (Step step = next(); to != null && step != Step.WAIT; step = next()) {
                if (step == Step.SEND) {
                    sendNext(to);
                    continue;
                }
                close();
                if (step == Step.FINISH) {
                    to.onComplete();
                }
                return;
            }
        } catch (IOException | RuntimeException | Error e) { // otherwise the reader would wait for ever
            cancel();
            close();
            LOG.log(Level.DEBUG, "shared file " + name + ": its transfer failed", e);
            if (to != null) {
                to.onError(e instanceof IOException ? unreadable(e) : e);
            }
        }
    }

    /** The next step; after any step but SEND this thread ends. */
    private synchronized Step next() {
        if (!over && !confirmed && demand > 0 && !isSent()) {
            demand--;
            return Step.SEND;
        }
        sending = false;
        if (confirmed && !over) {
            over = true;
            return Step.FINISH;
        }
        return over ? Step.CLOSE : Step.WAIT;
    }

    private void sendNext(Flow.Subscriber<? super ValueSet> to) throws IOException {
        if (!announced) {
            announced = true;
            to.onNext(ValueSet.of(NAME, name, SIZE, size));
        } else {
            to.onNext(ValueSet.of(DATA, chunk()));
        }
    }

    private byte[] chunk() throws IOException {
        long offset = sent; // written by this thread alone
        buffer.clear().limit((int) Math.min(CHUNK_BYTES, size - offset));
        int read = file.read(buffer);
        if (read <= 0) {
            throw new IpcException(
                    IpcStatus.HANDLER_FAILED,
                    "shared file " + name + ": it was cut short while it was read: size=" + size + ", actual=" + sent);
        }
        sent = offset + read;
        return Arrays.copyOf(buffer.array(), read);
    }

    private IpcException unreadable(Throwable cause) {
        return new IpcException(
                IpcStatus.HANDLER_FAILED, "shared file " + name + ": it cannot be read any more: " + cause, cause);
    }

    private void close() {
        try {
            file.close();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "shared file " + name + " cannot be closed", e);
        }
    }
}
