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
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Publishes an open file to one subscriber: first its name and size, then its bytes in chunks, no more than were asked
 * for. A thread of its own reads and sends while there is demand, and none waits for it. Thread-safe.
 */
final class FileSource implements Flow.Publisher<ValueSet>, Flow.Subscription {
    static final String NAME = "name";
    static final String SIZE = "size";
    static final String DATA = "data";
    private static final int CHUNK_BYTES = 64 * 1024;

    private static final Logger LOG = SafeLog.of("io.valise.ipc.services.files");
    private static final ExecutorService SENDERS =
            Executors.newCachedThreadPool(work -> Threads.daemon("valise-files", work));

    private final String name;
    private final SeekableByteChannel file;
    private final long size;
    private final ByteBuffer buffer = ByteBuffer.allocate(CHUNK_BYTES);
    private Flow.@Nullable Subscriber<? super ValueSet> subscriber;
    private boolean announced;
    private long sent;
    /** Guarded by this, as are the next two. */
    private long demand;

    private boolean sending;
    private boolean over;

    FileSource(String name, SeekableByteChannel file) throws IOException {
        this.name = name;
        this.file = file;
        this.size = file.size();
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
            if (sending || over) {
                return;
            }
            sending = true;
        }
        SENDERS.execute(this::send);
    }

    @Override
    public void cancel() {
        synchronized (this) {
            over = true;
            if (sending) {
                return; // whoever sends closes the file when it looks next
            }
        }
        close();
    }

    private void send() {
        Flow.Subscriber<? super ValueSet> to = subscriber;
        try {
            while (to != null && takeDemand()) {
                sendNext(to);
            }
        } catch (IOException | RuntimeException | Error e) { // the reader must not wait for what will never come
            end();
            LOG.log(Level.DEBUG, "shared file " + name + ": its transfer failed", e);
            if (to != null) {
                to.onError(e instanceof IOException ? unreadable(e) : e);
            }
        }
    }

    /** Whether one more may be sent; if not, this thread's work is done. */
    private boolean takeDemand() {
        synchronized (this) {
            if (!over && demand > 0) {
                demand--;
                return true;
            }
            sending = false;
            if (!over) {
                return false;
            }
        }
        close();
        return false;
    }

    private void sendNext(Flow.Subscriber<? super ValueSet> to) throws IOException {
        if (!announced) {
            announced = true;
            to.onNext(ValueSet.of(NAME, name, SIZE, size));
        } else if (sent < size) {
            to.onNext(ValueSet.of(DATA, chunk()));
        }
        if (sent >= size) {
            end();
            to.onComplete();
        }
    }

    private byte[] chunk() throws IOException {
        buffer.clear().limit((int) Math.min(CHUNK_BYTES, size - sent));
        int read = file.read(buffer);
        if (read <= 0) {
            throw new IpcException(
                    IpcStatus.HANDLER_FAILED,
                    "shared file " + name + ": it was cut short while it was read: size=" + size + ", actual=" + sent);
        }
        sent += read;
        return Arrays.copyOf(buffer.array(), read);
    }

    private IpcException unreadable(Throwable cause) {
        return new IpcException(
                IpcStatus.HANDLER_FAILED, "shared file " + name + ": it cannot be read any more: " + cause, cause);
    }

    private void end() {
        synchronized (this) {
            over = true;
        }
        close();
    }

    private void close() {
        try {
            file.close();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "shared file " + name + " cannot be closed", e);
        }
    }
}
