package io.valise.ipc.nats.broker;

import io.nats.client.impl.NatsServerPool;
import io.nats.client.support.NatsUri;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The brokers' addresses, one after the other, as the client library tries them. It gets no address with a host name while this
 * process has few descriptors left: a lookup that lacks one fails as that of a host that does not exist, and the JDK keeps this
 * ({@code networkaddress.cache.negative.ttl}, 10 s), so that there would be no broker though descriptors are free again.
 */
final class Addresses extends NatsServerPool {
    /** More than a lookup takes: sockets for three name servers and one for TCP, a file, and what other threads take meanwhile. */
    private static final int FOR_A_LOOKUP = 8;

    private final Consumer<IOException> onLack;

    /**
     * Begins with the first.
     *
     * @param onLack told, by the thread that connects, why there is no next address
     */
    Addresses(Consumer<IOException> onLack) {
        this.onLack = onLack;
    }

    @Override
    public @Nullable NatsUri peekNextServer() {
        NatsUri next = super.peekNextServer();
        Optional<String> lack =
                next == null || next.hostIsIpAddress() ? Optional.empty() : Descriptors.lack(FOR_A_LOOKUP);
        lack.ifPresent(why -> onLack.accept(new IOException(why)));
        return lack.isPresent() ? null : next;
    }
}
