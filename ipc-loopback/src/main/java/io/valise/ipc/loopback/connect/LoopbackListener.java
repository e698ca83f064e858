package io.valise.ipc.loopback.connect;

import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.loopback.endpoint.EndpointFile;
import io.valise.ipc.loopback.endpoint.NameHold;
import io.valise.ipc.loopback.loop.LoopChannel;
import io.valise.ipc.loopback.loop.SharedLoop;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.spi.runtime.PublishedFiles;
import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.secret.ConnectionAuthenticator;
import io.valise.ipc.spi.secret.SecretFiles;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A served address: two ports, or one without IPv6, and the published file. Thread-safe. */
public final class LoopbackListener implements Transport.Listener {
    private static final Logger LOG = SafeLog.of(LoopbackListener.class);
    private static final int TRIES_FOR_SAME_PORT = 8;

    private final Endpoint endpoint;
    private final SecretFiles<EndpointFile> files;
    private final Transport.Acceptor acceptor;
    private final SharedLoop loop;
    /** On 127.0.0.1 first; complete when the listener is made. */
    private final List<ListeningPort> ports = new ArrayList<>(2);

    private final NameHold hold;
    private final EndpointFile file;
    private final ConnectionAuthenticator authenticator;
    // Held while the acceptor is called: once close() has returned it is called no more.
    private final Object gate = new Object();
    private PublishedFiles.@Nullable Kept kept; // set before the listener is handed out
    private boolean closed;

    private LoopbackListener(Endpoint endpoint, SecretFiles<EndpointFile> files, Transport.Acceptor acceptor, int port)
            throws IOException {
        this.endpoint = endpoint;
        this.files = files;
        this.acceptor = acceptor;
        this.loop = SharedLoop.join();
        NameHold held = null;
        boolean done = false;
        try {
            bind(port);
            held = NameHold.of(endpoint.name());
            this.hold = held;
            this.file = EndpointFile.fresh(endpoint.name(), port(0), ports.size() > 1 ? port(1) : 0, hold.isProvable());
            this.authenticator = new ConnectionAuthenticator(endpoint, file.secret());
            done = true;
        } finally {
            if (!done) { // an Error too, such as of memory that has run out
                if (held != null) {
                    held.close();
                }
                ports.forEach(ListeningPort::close);
                loop.leave();
            }
        }
    }

    /**
     * Binds and publishes. Called while the folder is locked and the name is known to be free.
     *
     * @param port 0 for one that is free
     * @throws IpcException {@code ADDRESS_IN_USE} when another program has the port, {@code RESOURCE_EXHAUSTED},
     *     {@code ACCESS_DENIED}
     */
    public static LoopbackListener open(
            Endpoint endpoint, SecretFiles<EndpointFile> files, Transport.Acceptor acceptor, int port) {
        try {
            return new LoopbackListener(endpoint, files, acceptor, port).opened();
        } catch (IOException e) {
            if (port != 0 && e instanceof BindException) {
                throw new IpcException(
                        IpcStatus.ADDRESS_IN_USE,
                        "port " + port + ": " + e.getMessage() + "; stop the program that has it, or choose another",
                        Delivery.NOT_SENT,
                        e);
            }
            throw new IpcException(
                    IpcStatus.RESOURCE_EXHAUSTED,
                    "cannot listen on 127.0.0.1 (" + e.getMessage() + "): check ulimit -n and the free local ports",
                    Delivery.NOT_SENT,
                    e);
        }
    }

    @Override
    public Endpoint endpoint() {
        return endpoint;
    }

    @Override
    public void close() {
        synchronized (gate) {
            if (closed) {
                return;
            }
            closed = true;
        }
        if (kept != null) {
            kept.close();
        }
        try {
            // First, so that a client whom the closing ports drop finds that the server is gone.
            files.<@Nullable Void>locked(() -> {
                files.retract(file);
                return null;
            });
        } catch (IpcException e) {
            LOG.log(Level.WARNING, "the file of " + endpoint + " stays behind until the next start", e);
        } finally {
            hold.close();
            closePorts();
        }
    }

    private LoopbackListener opened() {
        boolean done = false;
        try {
            loop.execute(() -> ports.forEach(ListeningPort::open));
            files.publish(file);
            kept = files.keep(file);
            done = true;
            return this;
        } finally {
            if (!done) { // an Error too: no caller could close it
                close();
            }
        }
    }

    private void closePorts() {
        loop.run(() -> {
            ports.forEach(ListeningPort::close);
            authenticator.close();
        });
        ports.forEach(ListeningPort::awaitRelease);
        loop.leave();
    }

    private int port(int index) {
        return ports.get(index).address().getPort();
    }

    /** Binds both addresses, or 127.0.0.1 alone where there is no other; what fails leaves the ports to its caller. */
    private void bind(int port) throws IOException {
        if (port == 0) {
            bindSame();
        } else {
            ports.add(ListeningPort.bind(Loopback.V4, port, this::accept));
            bindV6(port);
        }
    }

    /** The same port on both addresses if that can be had, so that no other process answers there on the other one. */
    private void bindSame() throws IOException {
        for (int tries = 1; ; tries++) {
            ListeningPort v6 = bindV6(0);
            try {
                int port =
                        v6 != null && tries < TRIES_FOR_SAME_PORT ? v6.address().getPort() : 0;
                ports.add(0, ListeningPort.bind(Loopback.V4, port, this::accept));
                return;
            } catch (IOException e) {
                if (v6 == null || tries == TRIES_FOR_SAME_PORT) {
                    throw e;
                }
                v6.close();
                ports.clear();
            }
        }
    }

    private @Nullable ListeningPort bindV6(int port) {
        try {
            ListeningPort v6 = ListeningPort.bind(Loopback.V6, port, this::accept);
            ports.add(v6);
            return v6;
        } catch (IOException | UnsupportedOperationException e) {
            LOG.log(Level.DEBUG, "no ::1 on this machine; 127.0.0.1 serves alone", e);
            return null;
        }
    }

    private void accept(LoopChannel socket, SocketChannel channel) {
        ArrivingClient.authenticate(socket, channel, endpoint.name(), authenticator, this::admit);
    }

    private void admit(Link link) {
        synchronized (gate) {
            if (!closed) {
                hand(link);
                return;
            }
        }
        link.close();
    }

    private void hand(Link link) {
        try {
            acceptor.accept(link);
        } catch (RuntimeException | Error e) { // an OutOfMemoryError too: nothing else would close it
            LOG.log(Level.WARNING, "the acceptor of " + endpoint + " threw; its link is closed", e);
            link.close();
        }
    }
}
