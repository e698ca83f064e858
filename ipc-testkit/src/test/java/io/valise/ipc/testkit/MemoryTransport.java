package io.valise.ipc.testkit;

import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.spi.Availability;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.Transport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The smallest transport that keeps the contract, within one process, and with a flaw one that does not. */
final class MemoryTransport implements Transport {
    private static final Map<String, Served> SERVED = new ConcurrentHashMap<>();

    private static final CountDownLatch CHECKS = new CountDownLatch(2);

    private final @Nullable Flaw flaw;

    MemoryTransport(@Nullable Flaw flaw) {
        this.flaw = flaw;
    }

    @Override
    public String scheme() {
        return flaw == null ? "memory" : "flawed";
    }

    @Override
    public int order() {
        return 1;
    }

    @Override
    public Availability availability() {
        return Availability.yes("on the heap");
    }

    @Override
    public Listener listen(Endpoint endpoint, Acceptor acceptor) {
        Served served = new Served(endpoint, acceptor);
        if (flaw == Flaw.CHECKS_THEN_BINDS && !SERVED.containsKey(endpoint.name())) {
            awaitSecondCheck();
            SERVED.put(endpoint.name(), served);
        } else if (flaw == Flaw.SECOND_SERVER_WINS) {
            SERVED.put(endpoint.name(), served);
        } else if (SERVED.putIfAbsent(endpoint.name(), served) != null) {
            throw new IpcException(
                    IpcStatus.ADDRESS_IN_USE,
                    endpoint + ": another server has it; stop it, or choose another name",
                    Delivery.NOT_SENT);
        }
        return served;
    }

    /** Both of two servers find the address free, whichever thread runs when. */
    private static void awaitSecondCheck() {
        CHECKS.countDown();
        try {
            CHECKS.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public Link connect(Endpoint endpoint, long timeoutNanos) {
        Served served = find(endpoint);
        if (served == null) {
            if (flaw == Flaw.ABSENT_SERVER_WAITS) {
                waitUntilTimeout(timeoutNanos);
            }
            throw new IpcException(IpcStatus.ENDPOINT_NOT_FOUND, endpoint + ": no server", Delivery.NOT_SENT);
        }
        return served.connect();
    }

    private static void waitUntilTimeout(long nanos) {
        long begun = System.nanoTime();
        while (System.nanoTime() - begun < nanos && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(nanos);
        }
    }

    private @Nullable Served find(Endpoint endpoint) {
        if (flaw == Flaw.NAMES_BY_PREFIX) {
            return SERVED.entrySet().stream()
                    .filter(entry -> endpoint.name().startsWith(entry.getKey()))
                    .map(Map.Entry::getValue)
                    .findFirst()
                    .orElse(null);
        }
        return SERVED.get(endpoint.name());
    }

    @Override
    public List<Endpoint> endpoints() {
        return flaw == Flaw.LISTS_NOTHING
                ? List.of()
                : SERVED.keySet().stream()
                        .map(name -> new Endpoint(scheme(), name))
                        .toList();
    }

    private PeerIdentity identity() {
        return flaw == Flaw.IDENTIFIES_NOBODY ? PeerIdentity.unknown() : PeerIdentity.thisProcess();
    }

    private final class Served implements Listener {
        private final Endpoint endpoint;
        private final Acceptor acceptor;
        private final List<Link> links = new CopyOnWriteArrayList<>();

        Served(Endpoint endpoint, Acceptor acceptor) {
            this.endpoint = endpoint;
            this.acceptor = acceptor;
        }

        Link connect() {
            MemoryChannel there = new MemoryChannel(flaw);
            MemoryChannel back =
                    flaw == Flaw.ONE_BUFFER_FOR_BOTH_DIRECTIONS ? there.sharingRoom() : new MemoryChannel(flaw);
            MemoryLink server = new MemoryLink(flaw, identity(), back, there);
            links.add(server);
            acceptor.accept(server);
            return new MemoryLink(flaw, identity(), there, back);
        }

        @Override
        public Endpoint endpoint() {
            return endpoint;
        }

        @Override
        public void close() {
            if (flaw == Flaw.CLOSED_LISTENER_ACCEPTS || flaw == Flaw.CLOSE_KEEPS_THE_ADDRESS) {
                return;
            }
            if (flaw == Flaw.STALE_CLOSE_EVICTS_SUCCESSOR) {
                SERVED.remove(endpoint.name());
            }
            SERVED.remove(endpoint.name(), this);
            if (flaw == Flaw.LISTENER_CLOSES_LINKS) {
                links.forEach(Link::close);
            }
            if (flaw == Flaw.LEAVES_A_FILE) {
                leave();
            }
        }

        private void leave() {
            try {
                Files.createTempFile(TestHome.path(), "left", ".sock");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
