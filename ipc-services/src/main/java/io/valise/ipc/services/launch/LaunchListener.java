package io.valise.ipc.services.launch;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.Request;
import io.valise.ipc.ValueSet;
import io.valise.ipc.runtime.IpcRuntime;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;

/**
 * The server at which a launcher waits for its child: it has a secret name and admits one client, the first that has
 * the secret. Thread-safe.
 */
final class LaunchListener implements AutoCloseable {
    static final String HELLO = "launch.hello";
    static final String SECRET = "secret";

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int SECRET_BYTES = 32;
    private static final int NAME_BYTES = 8;

    private final LaunchTicket ticket;
    private final CompletableFuture<IpcConnection> connection = new CompletableFuture<>();
    private final IpcServer server;

    private LaunchListener(
            String scheme, int maxMessageBytes, ValueSet welcome, BiConsumer<LaunchListener, IpcServer.Builder> more) {
        String endpoint = new Endpoint(scheme, "launch-" + random(NAME_BYTES)).toString();
        ticket = new LaunchTicket(endpoint, random(SECRET_BYTES), maxMessageBytes);
        IpcServer.Builder builder = IpcServer.builder(endpoint)
                .maxMessageBytes(maxMessageBytes)
                .service(HELLO, request -> admit(request, welcome));
        more.accept(this, builder);
        server = builder.start();
    }

    /**
     * Opens one.
     *
     * @param welcome the reply to the child when it is admitted
     * @param more adds services; those {@link #checkChild}
     */
    static LaunchListener open(
            String scheme, int maxMessageBytes, ValueSet welcome, BiConsumer<LaunchListener, IpcServer.Builder> more) {
        IpcRuntime.ensure();
        return new LaunchListener(scheme, maxMessageBytes, welcome, more);
    }

    private ValueSet admit(Request request, ValueSet welcome) {
        byte[] given = request.message().getString(SECRET, "").getBytes(StandardCharsets.UTF_8);
        boolean right = MessageDigest.isEqual(given, ticket.secret().getBytes(StandardCharsets.UTF_8));
        if (!right || !connection.complete(request.connection())) {
            throw new IpcException(
                    IpcStatus.AUTHENTICATION_FAILED,
                    right ? "the child has come in already" : "this is not the secret that the child was given");
        }
        return welcome;
    }

    LaunchTicket ticket() {
        return ticket;
    }

    /** The connection to the child, once it is admitted. */
    CompletableFuture<IpcConnection> connection() {
        return connection;
    }

    /** Refuses a client that has not sent the secret. */
    void checkChild(Request request) {
        if (connection.getNow(null) != request.connection()) {
            throw new IpcException(IpcStatus.AUTHENTICATION_FAILED, "say " + HELLO + " first");
        }
    }

    /** Closes the connection too. Waits for another thread that is closing it already. */
    @Override
    public synchronized void close() {
        server.close();
    }

    private static String random(int bytes) {
        byte[] random = new byte[bytes];
        RANDOM.nextBytes(random);
        return HexFormat.of().formatHex(random);
    }
}
