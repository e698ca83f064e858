package io.valise.ipc.internal.jfr;

import io.valise.ipc.PeerIdentity;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;
import org.jspecify.annotations.Nullable;

@Name("io.valise.RingFull")
@Label("Ring Full")
@Description("A thread that sends waited because the peer's buffer was full: the ring of shm:, or the socket's buffer")
@StackTrace
@Threshold("1 ms")
final class RingFullEvent extends PeerEvent implements WaitRecord {
    static @Nullable RingFullEvent begun() {
        RingFullEvent event = new RingFullEvent();
        if (!event.isEnabled()) {
            return null;
        }
        event.begin();
        return event;
    }

    @Override
    public void ended(PeerIdentity peer) {
        end();
        if (shouldCommit()) {
            about(peer);
            commit();
        }
    }
}
