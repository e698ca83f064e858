package io.valise.ipc.sharedmem;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.sharedmem.layout.EndMark;
import io.valise.ipc.sharedmem.layout.RingFileLayout;
import io.valise.ipc.sharedmem.os.RingFile;
import io.valise.ipc.sharedmem.os.SharedMemory;
import io.valise.ipc.sharedmem.ring.RingConsumer;
import io.valise.ipc.sharedmem.ring.RingProducer;
import io.valise.ipc.sharedmem.ring.RingScan;
import io.valise.ipc.sharedmem.ring.Turn;
import io.valise.ipc.spi.Link.FrameHandler;
import io.valise.ipc.spi.runtime.LateFaults;
import io.valise.ipc.spi.runtime.LockFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The ring under the transport {@code shm:} by itself: records of bytes from one process to another through a mapped
 * file, without server, negotiation, ValueSets or waiting. One process produces, one consumes; none is woken, both poll
 * as often as they like. Neither allocates.
 *
 * <pre>{@code
 * // one process                                        // the other
 * try (SharedRing ring = SharedRing.create(path, 1 << 20)) {   try (SharedRing ring = SharedRing.open(path)) {
 *     SharedRing.Consumer in = ring.consumer();              SharedRing.Producer out = ring.producer();
 *     while (running) {                                      ByteBuffer space = out.claim(8); // null: full
 *         in.poll(record -> take(record.getLong()), 64);     space.putLong(price);
 *     }                                                      out.commit(8);
 * }                                                      }
 * }</pre>
 *
 * <h2>The bytes</h2>
 *
 * <pre>
 *      +0  "VALISERG"  int version  int ringBytes            file header
 *    +128  long consumerPosition, bytes since the beginning  written by the consumer, once per eighth of the ring
 *   +4096  record | record | 0 ...                           written by the producer
 *   + ...  "VALISEND"                                        end mark, behind the ring
 *
 *   record, at a multiple of 8, never across the end:
 *     +0   int length: 0 not there yet, above 0 payload bytes, -1 padding up to the end of the ring
 *     +4   payload
 * </pre>
 *
 * Words are in the byte order of the machine; payload views are big-endian, as all ByteBuffers begin.
 *
 * <h2>Memory ordering</h2>
 *
 * <p>Two words order everything. A <b>length</b> is stored with release by the producer and loaded with acquire by the
 * consumer: payload, lengths staged behind it, and the 0 that ends them are there before it. The <b>consumer
 * position</b> is stored with release by the consumer and loaded with acquire by the producer: what was read is read
 * before it is overwritten. {@link RingProducer} tells what breaks without each, {@link RingConsumer} why reading is
 * as fast as it is; the transport uses the same two classes.
 *
 * <h2>Lives and deaths</h2>
 *
 * <p>The file outlives both processes; the process that made it deletes it. A process holds its end by a lock that the kernel
 * takes from it when it dies; the next one that asks for that end goes on where it stopped. A record that was being
 * written at that time was never there. A consumer tells its position whenever it finds the ring empty, and once per
 * eighth of a ring: one that died or closed in between is followed by one that receives those records again. A ring has
 * no way to tell that the other process is gone; a connection over {@code shm:} has.
 *
 * <p>Whatever is found in the file is checked before it is used: garbage is an {@link IpcException} with
 * {@code PROTOCOL_ERROR}, never a crash. So is a file that another process truncates, at the next call of either end; what a
 * handler reads during a call that ends so may be zeros. A claimed view is plain memory: where the file is cut between the claim
 * and a write to the view, that write is an {@link InternalError}, or lost.
 *
 * <p>Thread-safe; its two ends are as they say. Linux and macOS.
 *
 * @since 0.1.0
 */
public final class SharedRing implements AutoCloseable {
    private final RingFile file;
    private volatile boolean closed;

    private SharedRing(RingFile file) {
        this.file = file;
    }

    /**
     * Creates the file of a ring, mode 0600, and opens it. All its bytes are allocated now: a file system that is full
     * is an error here and never a fault later. {@code /dev/shm} is the place for it: memory, and nothing but.
     *
     * @param path a file that does not exist
     * @param capacity size of the ring in bytes, a power of two from 64 KiB to 64 MiB; one that fits into a processor's
     *     cache is fastest
     * @throws IpcException {@code ADDRESS_IN_USE} when the file exists, {@code RESOURCE_EXHAUSTED} when there is no room,
     *     {@code ACCESS_DENIED}
     */
    public static SharedRing create(Path path, int capacity) {
        return new SharedRing(RingFile.create(path, new RingFileLayout(capacity)));
    }

    /**
     * Opens a ring that some process created. Within one process, open a ring once: closing one of two lets the locks of
     * both go.
     *
     * @throws IpcException {@code ENDPOINT_NOT_FOUND} when there is no file, {@code PROTOCOL_ERROR} when it holds no ring,
     *     {@code VERSION_MISMATCH}, {@code ACCESS_DENIED}
     */
    public static SharedRing open(Path path) {
        return new SharedRing(RingFile.open(path));
    }

    /** Where its file is. */
    public Path path() {
        return file.path();
    }

    /** Size of the ring in bytes. */
    public int capacity() {
        return file.layout().ringBytes();
    }

    /** The longest record in bytes: a quarter of the ring, less four. */
    public int maxRecordBytes() {
        return file.layout().ring().maxPayload();
    }

    /**
     * Takes the writing end for this process. One thread at a time uses it.
     *
     * @throws IpcException {@code ADDRESS_IN_USE} when a process has it, {@code PROTOCOL_ERROR}, {@code CONNECTION_CLOSED}
     */
    public Producer producer() {
        return takeProducer(null);
    }

    /**
     * Takes the writing end for this process and any number of its threads: {@link Producer#claim} waits for its turn,
     * which the same thread's {@code commit}, {@code stage} or {@code abort} passes on; a thread that has not claimed is
     * refused there. That costs about 10 ns.
     *
     * @throws IpcException as {@link #producer}
     */
    public Producer producerForThreads() {
        return takeProducer(new Turn());
    }

    /**
     * Takes the reading end for this process. One thread at a time uses it.
     *
     * @throws IpcException {@code ADDRESS_IN_USE} when a process has it, {@code PROTOCOL_ERROR}, {@code CONNECTION_CLOSED}
     */
    public synchronized Consumer consumer() {
        return taken(RingFileLayout.CONSUMER_LOCK, "reading", (memory, end) -> {
            long position = RingScan.consumed(memory, file.layout().ring());
            end.check();
            return new Consumer(
                    this, end, new RingConsumer(memory, file.layout().ring(), () -> {}, position));
        });
    }

    /**
     * Gives both ends back; the file stays. The ends refuse from now on; a thread that is inside one at this moment
     * finishes what it does, and the memory is unmapped when none refers to it any more. Idempotent.
     */
    @Override
    public synchronized void close() {
        closed = true;
        file.close();
    }

    private synchronized Producer takeProducer(@Nullable Turn turn) {
        return taken(RingFileLayout.PRODUCER_LOCK, "writing", (memory, end) -> {
            RingScan scan = RingScan.of(memory, file.layout().ring());
            end.check();
            RingProducer ring = new RingProducer(memory, file.layout().ring(), scan.end(), scan.consumed());
            return new Producer(this, end, ring, turn);
        });
    }

    /** Makes an end of what is in the file. */
    @FunctionalInterface
    private interface Making<E> {
        E of(SharedMemory memory, EndMark mark);
    }

    /** Takes an end for this process, which has it only if it can be made. */
    private <E> E taken(long at, String name, Making<E> making) {
        checkOpen();
        LockFile.Lock lock = file.lock(at);
        if (lock == null) {
            throw new IpcException(
                    IpcStatus.ADDRESS_IN_USE,
                    "ring " + path() + ": limit=1 process at the " + name + " end, it is taken; close it there first",
                    Delivery.NOT_SENT);
        }
        boolean made = false;
        try {
            SharedMemory memory = file.memory();
            E end = making.of(memory, file.layout().endMark(memory));
            made = true;
            return end;
        } catch (RuntimeException | Error e) {
            checkFile(e);
            throw e;
        } finally {
            if (!made) {
                file.unlock(lock);
            }
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IpcException(IpcStatus.CONNECTION_CLOSED, "ring " + path() + ": closed here", Delivery.NOT_SENT);
        }
    }

    /** Fails with the reason for a failure if that is the file. */
    private void checkFile(Throwable failure) {
        LateFaults.settle(); // or it would come up while this thread waits for the size
        if (!file.isWhole()) {
            throw file.cut(failure);
        }
    }

    /**
     * The writing end. {@link SharedRing#producer} and {@link SharedRing#producerForThreads} say who may use it.
     *
     * @since 0.1.0
     */
    public static final class Producer {
        private final SharedRing owner;
        private final EndMark end;
        private final RingProducer ring;
        private final @Nullable Turn turn;

        private Producer(SharedRing owner, EndMark end, RingProducer ring, @Nullable Turn turn) {
            this.owner = owner;
            this.end = end;
            this.ring = ring;
            this.turn = turn;
        }

        /**
         * Reserves room for a record; {@link #commit}, {@link #stage} or {@link #abort} must follow. When there is none,
         * what was staged is published, so that the consumer can make some.
         *
         * @param maxLength bytes, 1 to {@link SharedRing#maxRecordBytes}
         * @return a big-endian view of the ring itself with {@code remaining() == maxLength}, valid until then; null
         *     when the ring is full
         * @throws IllegalArgumentException when no record can be that long
         * @throws IllegalStateException when a claim is open; with several threads, one of this thread
         * @throws IpcException {@code CONNECTION_CLOSED} after {@link SharedRing#close}, {@code PROTOCOL_ERROR} when the
         *     consumer's position cannot be, or the file was truncated
         */
        public @Nullable ByteBuffer claim(int maxLength) {
            owner.checkOpen();
            if (turn != null) {
                turn.take();
            }
            ByteBuffer space = null;
            try {
                end.check();
                space = ring.claim(maxLength);
                return space;
            } catch (RuntimeException | Error e) {
                owner.checkFile(e);
                throw e;
            } finally {
                if (space == null) {
                    passOn();
                }
            }
        }

        /**
         * Publishes the first bytes of the claimed view as a record, with all records staged before it.
         *
         * @param length bytes, 1 to what was claimed
         * @throws IllegalArgumentException when it is none of that
         * @throws IllegalStateException when this thread has no claim
         * @throws IpcException {@code PROTOCOL_ERROR} when the file was truncated; the claim has ended
         */
        public void commit(int length) {
            makeRecord("commit", length, true);
        }

        /**
         * Makes a record of the first bytes of the claimed view, which the consumer sees after {@link #publish} or the
         * next {@link #commit}: a batch of records costs one release.
         *
         * @param length bytes, 1 to what was claimed
         * @throws IllegalArgumentException when it is none of that
         * @throws IllegalStateException when this thread has no claim
         * @throws IpcException {@code PROTOCOL_ERROR} when the file was truncated; the claim has ended
         */
        public void stage(int length) {
            makeRecord("stage", length, false);
        }

        private void makeRecord(String call, int length, boolean visible) {
            checkClaimed(call);
            try {
                ring.stage(length);
                if (visible) {
                    ring.publish();
                }
                end.check();
            } catch (RuntimeException | Error e) {
                endClaimIfCut(e);
                throw e;
            }
            passOn();
        }

        /**
         * Gives the claimed room back: there is no record.
         *
         * @throws IllegalStateException when this thread has no claim
         * @throws IpcException {@code PROTOCOL_ERROR} when the file was truncated; the claim has ended
         */
        public void abort() {
            checkClaimed("abort");
            ring.abort();
            try {
                end.check(); // what was written to the view may be gone
            } catch (InternalError e) {
                endClaimIfCut(e);
                throw e;
            }
            passOn();
        }

        /**
         * Lets the consumer see all records staged so far, of all threads.
         *
         * @throws IpcException {@code CONNECTION_CLOSED} after {@link SharedRing#close}, {@code PROTOCOL_ERROR} when the file was
         *     truncated; a claim of this thread has ended then
         */
        public void publish() {
            owner.checkOpen();
            boolean mine = turn == null || turn.isMine();
            if (turn != null && !mine) {
                turn.take();
            }
            try {
                ring.publish();
                end.check();
            } catch (InternalError e) {
                if (mine) {
                    endClaimIfCut(e);
                } else {
                    owner.checkFile(e);
                }
                throw e;
            } finally {
                if (!mine) {
                    passOn();
                }
            }
        }

        /** Another thread's claim and turn are not this one's to end. */
        private void checkClaimed(String what) {
            if (turn != null ? !turn.isMine() : !ring.hasClaim()) {
                throw new IllegalStateException(
                        what + ": limit=after a claim of this thread, actual=none; claim first");
            }
        }

        /** No other thread waits for a turn that a truncated file keeps from ending. */
        private void endClaimIfCut(Throwable failure) {
            LateFaults.settle();
            if (!owner.file.isWhole()) {
                ring.abort();
                passOn();
                throw owner.file.cut(failure);
            }
        }

        private void passOn() {
            if (turn != null) {
                turn.leave();
            }
        }
    }

    /**
     * The reading end. For one thread at a time.
     *
     * @since 0.1.0
     */
    public static final class Consumer {
        private final SharedRing owner;
        private final EndMark end;
        private final RingConsumer ring;

        private Consumer(SharedRing owner, EndMark end, RingConsumer ring) {
            this.owner = owner;
            this.end = end;
            this.ring = ring;
        }

        /**
         * Delivers records that are there, in order, each once, without copying. A record counts as delivered once the
         * handler was called, even if it throws.
         *
         * @param handler takes a big-endian view of the ring itself, valid until it returns; the other process can change
         *     it at any time, so read each byte once. It returns false to end this poll
         * @param limit how many at most, positive
         * @return how many were delivered
         * @throws IpcException {@code CONNECTION_CLOSED} after {@link SharedRing#close}, {@code PROTOCOL_ERROR} when a
         *     record cannot be, or the file was truncated
         */
        public int poll(FrameHandler handler, int limit) {
            owner.checkOpen();
            try {
                int delivered = ring.poll(handler, limit);
                if (delivered == 0) {
                    ring.publishAll();
                }
                end.check();
                return delivered;
            } catch (RuntimeException | Error e) {
                owner.checkFile(e);
                throw e;
            }
        }
    }
}
