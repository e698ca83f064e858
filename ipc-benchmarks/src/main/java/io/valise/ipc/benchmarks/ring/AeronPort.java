package io.valise.ipc.benchmarks.ring;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import io.aeron.logbuffer.FragmentHandler;
import io.aeron.logbuffer.Header;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Aeron IPC, exclusive publications. */
final class AeronPort implements MessagePort {
    // Longer than the other rings: the driver updates the publisher's limit only now and then.
    private static final String CHANNEL = "aeron:ipc?term-length=16m";
    private static final int THERE = 1;
    private static final int BACK = 2;

    private final Aeron aeron;
    private final ExclusivePublication publication;
    private final Subscription subscription;
    private final FragmentHandler handler = this::onFragment;
    private final UnsafeBuffer message = new UnsafeBuffer(new byte[MESSAGE_BYTES]);
    private long last;

    AeronPort(String directory, boolean first) {
        aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(directory));
        publication = aeron.addExclusivePublication(CHANNEL, first ? THERE : BACK);
        subscription = aeron.addSubscription(CHANNEL, first ? BACK : THERE);
        while (first && (!publication.isConnected() || !subscription.isConnected())) {
            Thread.onSpinWait();
        }
    }

    @Override
    public boolean send(long number) {
        message.putLong(0, number);
        return publication.offer(message, 0, MESSAGE_BYTES) > 0;
    }

    @Override
    public int receive(int limit) {
        return subscription.poll(handler, limit);
    }

    private void onFragment(DirectBuffer buffer, int offset, int length, Header header) {
        last = buffer.getLong(offset);
    }

    @Override
    public long last() {
        return last;
    }

    @Override
    public void close() {
        aeron.close();
    }
}
