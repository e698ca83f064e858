package io.valise.ipc.loopback.connect;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.loopback.endpoint.EndpointFile;
import io.valise.ipc.loopback.endpoint.NameHold;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.secret.SecretFiles;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/**
 * Finds the server of a name through its published file, and distinguishes a live server from a file that a dead one
 * left, whose port belongs to no process or to another one. Thread-safe.
 */
public final class ServerLookup {
    private static final long PROBE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final SecretFiles<EndpointFile> files;

    /** For the servers that published these files. */
    public ServerLookup(SecretFiles<EndpointFile> files) {
        this.files = files;
    }

    /** Connects, as {@link io.valise.ipc.spi.Transport#connect} says. */
    public Link connect(String name, long timeoutNanos) {
        long start = System.nanoTime();
        for (int tries = 1; ; tries++) {
            EndpointFile server = files.read(name).orElseThrow(() -> absent(name));
            long left = timeoutNanos - (System.nanoTime() - start);
            try {
                return reach(server, left);
            } catch (IpcException e) {
                if (!files.isWorthAnotherTry(e, server, tries)) {
                    throw explained(server, e);
                }
            }
        }
    }

    /** Whether the server that published this file still serves: it holds its name, or it proves its secret. */
    public boolean isLive(EndpointFile server) {
        return (server.held() && NameHold.isHeld(server.name())) || answers(server);
    }

    /**
     * Whether what a server published can be removed. Where no hold proves the server's life, a port that refuses may
     * be one of another network namespace: then its process id must be free, too.
     */
    public boolean isGone(EndpointFile server) {
        return (server.held() || !server.pidIsInUse()) && !isLive(server);
    }

    private static boolean answers(EndpointFile server) {
        try {
            TcpDialer.probe(server, v4(server), PROBE_NANOS);
            return true;
        } catch (IpcException e) {
            // A stopped or overloaded server does not answer; without a hold, the process id must decide.
            return e.status() == IpcStatus.TIMEOUT && !server.held() && server.pidIsInUse();
        }
    }

    private static Link reach(EndpointFile server, long nanos) {
        if (nanos <= 0) {
            throw new IpcException(IpcStatus.TIMEOUT, "no connection to " + server + " in time", Delivery.NOT_SENT);
        }
        try {
            return TcpDialer.dial(server, v4(server), nanos);
        } catch (IpcException e) {
            if (e.status() != IpcStatus.ENDPOINT_NOT_FOUND || server.port6() == 0) {
                throw e;
            }
            return TcpDialer.dial(server, new InetSocketAddress(Loopback.V6.address(), server.port6()), nanos);
        }
    }

    private static InetSocketAddress v4(EndpointFile server) {
        return new InetSocketAddress(Loopback.V4.address(), server.port());
    }

    private IpcException absent(String name) {
        return new IpcException(
                IpcStatus.ENDPOINT_NOT_FOUND,
                "no server serves loopback:" + name + " for this user (looked for " + files.pathOf(name)
                        + "): start it first",
                Delivery.NOT_SENT);
    }

    private IpcException explained(EndpointFile server, IpcException e) {
        String file = files.pathOf(server.name()).toString();
        return switch (e.status()) {
            case ENDPOINT_NOT_FOUND ->
                new IpcException(
                        IpcStatus.ENDPOINT_NOT_FOUND,
                        "the server that published " + server + " is gone: start it again (" + file + " is a leftover)",
                        Delivery.NOT_SENT,
                        e);
            case AUTHENTICATION_FAILED, PEER_DIED ->
                new IpcException(
                        IpcStatus.AUTHENTICATION_FAILED,
                        "what answers at the port of " + server + " could not prove that it is this server ("
                                + e.reason()
                                + "): another program may have taken the port; see which (ss -ltnp), and"
                                + " restart the server, which replaces " + file,
                        Delivery.NOT_SENT,
                        e);
            case PROTOCOL_ERROR ->
                new IpcException(
                        IpcStatus.PROTOCOL_ERROR,
                        "what answers at the port of " + server + " is no Valise server (" + e.reason()
                                + "): restart the server, which replaces " + file,
                        Delivery.NOT_SENT,
                        e);
            default -> e;
        };
    }
}
