package io.valise.ipc.testkit.link;

import io.valise.ipc.Endpoint;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.testkit.Candidate;
import io.valise.ipc.testkit.rule.RuleGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** What the rule groups of the SPI share: links, both ends. */
public abstract class LinkRules extends RuleGroup {
    LinkRules(Candidate candidate) {
        super(candidate);
    }

    /** Serves a fresh address; accepted links are closed after the test. */
    final Served serve() {
        return serve(transport, address());
    }

    final Served serve(Transport by, Endpoint address) {
        return closing(new Served(by, address));
    }

    final LinkEnd connect(Endpoint address) {
        return new LinkEnd(closing(transport.connect(address, LinkEnd.FOREVER)));
    }

    /** A fresh link, both ends. */
    final Pair pair() {
        Served served = serve();
        LinkEnd client = connect(served.address());
        return new Pair(client, served.accept());
    }

    /** Both ends of one link. */
    record Pair(LinkEnd client, LinkEnd server) {
        Pair swapped() {
            return new Pair(server, client);
        }
    }

    /** A served address. */
    static final class Served implements AutoCloseable {
        private final BlockingQueue<Link> queue = new LinkedBlockingQueue<>();
        private final List<Link> taken = new ArrayList<>();
        private final Transport.Listener listener;
        private volatile boolean closed;

        Served(Transport transport, Endpoint address) {
            this.listener = transport.listen(address, this::add);
        }

        /** A connection that was almost complete when the listener closed may deliver its link after that. */
        private void add(Link link) {
            queue.add(link);
            if (closed) {
                link.close();
            }
        }

        Endpoint address() {
            return listener.endpoint();
        }

        Transport.Listener listener() {
            return listener;
        }

        BlockingQueue<Link> waiting() {
            return queue;
        }

        /** Waits for the next link. */
        LinkEnd accept() {
            try {
                Link link = queue.take();
                taken.add(link);
                return new LinkEnd(link);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted while waiting for a link to be accepted", e);
            }
        }

        @Override
        public void close() {
            listener.close();
            closed = true;
            taken.forEach(Link::close);
            queue.forEach(Link::close);
        }
    }
}
