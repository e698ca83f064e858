package io.valise.ipc.internal.session;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.valise.ipc.AccessPolicy;
import io.valise.ipc.CloseReason;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import io.valise.ipc.WaitStrategy;
import io.valise.ipc.internal.greeting.Credentials;
import io.valise.ipc.internal.greeting.Greeting;
import io.valise.ipc.internal.greeting.Proven;
import io.valise.ipc.internal.greeting.ServerProof;
import io.valise.ipc.internal.serve.Services;
import io.valise.ipc.internal.work.CallbackTask;
import io.valise.ipc.internal.work.Task;
import io.valise.ipc.spi.Transport;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Any frames, read by a server that has not been greeted yet: each is read, or ends the connection with a status. The
 * input is a sequence of frames, each after its length (u16). All of it happens on one thread.
 */
class FramesFuzz {
    private static final int MAX_MESSAGE_BYTES = 64 << 10;
    private static final Endpoint ADDRESS = Endpoint.parse("scripted:fuzz");

    @FuzzTest
    void frames(byte @Nullable [] input) {
        read(input == null ? new byte[0] : input);
    }

    /** Plays one input. */
    static void read(byte[] input) {
        Services services = new Services();
        services.service("echo", request -> request.message());
        services.onEvent("event", event -> {});
        SessionConfig config = new SessionConfig(
                services,
                AccessPolicy.anyone(),
                Credentials.NONE,
                MAX_MESSAGE_BYTES,
                TimeUnit.SECONDS.toNanos(1),
                WaitStrategy.blocking(),
                Runnable::run,
                null,
                List.of(),
                Transport.Reach.MACHINE);
        Session session = new Session(new RecordingLink(4096), ADDRESS, config, new Server());
        FrameReceiver inbound = session.frames();
        ByteBuffer frames = ByteBuffer.wrap(input);
        try {
            while (frames.remaining() > Short.BYTES) {
                int length = Math.min(frames.getShort() & 0xffff, frames.remaining());
                inbound.onFrame(frames.slice(frames.position(), length));
                frames.position(frames.position() + length);
                Task work = inbound.takeTask();
                if (work != null) {
                    work.run(false);
                }
            }
        } catch (IpcException refused) {
            session.receiveFailed(refused);
        }
    }

    /** Greets as a server does, without its lists. */
    private static final class Server implements Session.Greeter {
        @Override
        public boolean isServer() {
            return true;
        }

        @Override
        public Task greeted(Session session, long id, int lowest, int highest, ValueSet about) {
            return ServerProof.isWanted(about)
                    ? new CallbackTask(() -> challenge(session, id, about))
                    : new CallbackTask(() -> session.introduced(Greeting.parse(about), Proven.NOTHING));
        }

        private static void challenge(Session session, long id, ValueSet about) {
            try {
                session.greeting().challenge(id, about);
            } catch (IpcException malformed) {
                session.receiveFailed(malformed);
            }
        }

        @Override
        public Task proved(Session session, long id, ValueSet proof) {
            return new CallbackTask(() -> session.introduced(Greeting.parse(proof), Proven.NOTHING));
        }

        @Override
        public void ended(Session session, CloseReason reason) {
            // there is no list
        }
    }
}
