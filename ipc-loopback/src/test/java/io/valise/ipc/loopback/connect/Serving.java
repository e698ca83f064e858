package io.valise.ipc.loopback.connect;

import io.valise.ipc.Endpoint;
import io.valise.ipc.loopback.LoopbackTransport;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.testkit.TestHome;
import io.valise.ipc.testkit.link.LinkEnd;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A served address of its own for a test, in the tests' runtime directory. */
public final class Serving implements AutoCloseable {
    private static final AtomicInteger NAMES = new AtomicInteger();

    private final BlockingQueue<Link> accepted = new LinkedBlockingQueue<>();
    private final List<Link> taken = new ArrayList<>();
    private final Transport.Listener listener;

    public Serving() {
        this(freshName());
    }

    public Serving(String name) {
        TestHome.path();
        listener = new LoopbackTransport().listen(new Endpoint("loopback", name), accepted::add);
    }

    public static String freshName() {
        TestHome.path();
        return "s" + NAMES.incrementAndGet();
    }

    public String name() {
        return listener.endpoint().name();
    }

    public static LinkEnd connect(String name) {
        return new LinkEnd(
                new LoopbackTransport().connect(new Endpoint("loopback", name), TimeUnit.SECONDS.toNanos(30)));
    }

    /** The server's end of the next link. */
    public LinkEnd accept() throws InterruptedException {
        Link link = accepted.take();
        taken.add(link);
        return new LinkEnd(link);
    }

    /** Links that were not taken yet. */
    public int waiting() {
        return accepted.size();
    }

    public Transport.Listener listener() {
        return listener;
    }

    @Override
    public void close() {
        listener.close();
        accepted.forEach(Link::close);
        taken.forEach(Link::close);
    }
}
