package io.valise.ipc.services.launch;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.Request;
import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.runtime.IpcRuntime;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

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
    private final Function<IpcConnection, ValueSet> admission;
    private final AtomicBoolean admitted = new AtomicBoolean();
    private final CompletableFuture<IpcConnection> connection = new CompletableFuture<>();
    private final IpcServer server;

    private LaunchListener(
            String scheme,
            int maxMessageBytes,
            Optional<AppIdentity> identity,
            Function<IpcConnection, ValueSet> admission) {
        this.admission = admission;
        String endpoint = new Endpoint(scheme, "launch-" + random(NAME_BYTES)).toString();
        ticket = new LaunchTicket(endpoint, random(SECRET_BYTES), maxMessageBytes);
        IpcServer.Builder builder =
                IpcServer.builder(endpoint).maxMessageBytes(maxMessageBytes).service(HELLO, this::admit);
        identity.ifPresent(builder::identity);
        server = builder.start();
    }

    /**
     * Opens one.
     *
     * @param identity what the launcher proves to be, to a child that has an identity too
     * @param admission is called once, with the connection to the child: adds the services that it alone may call, and
     *     returns the reply to it
     */
    static LaunchListener open(
            String scheme,
            int maxMessageBytes,
            Optional<AppIdentity> identity,
            Function<IpcConnection, ValueSet> admission) {
        IpcRuntime.ensure();
        return new LaunchListener(scheme, maxMessageBytes, identity, admission);
    }

    private ValueSet admit(Request request) {
        byte[] given = request.message().getString(SECRET, "").getBytes(StandardCharsets.UTF_8);
        boolean right = MessageDigest.isEqual(given, ticket.secret().getBytes(StandardCharsets.UTF_8));
        if (!right || !admitted.compareAndSet(false, true)) {
            throw new IpcException(
                    IpcStatus.AUTHENTICATION_FAILED,
                    right ? "the child has come in already" : "this is not the secret that the child was given");
        }
        ValueSet welcome = admission.apply(request.connection());
        connection.complete(request.connection());
        return welcome;
    }

    LaunchTicket ticket() {
        return ticket;
    }

    /** The connection to the child, once it is admitted. */
    CompletableFuture<IpcConnection> connection() {
        return connection;
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
