package io.valise.ipc.services.launch;

import io.valise.ipc.AccessPolicy;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/**
 * Called once by the main method of a helper, by one thread, before it reads standard input otherwise.
 *
 * <pre>{@code
 * public static void main(String[] arguments) throws InterruptedException {
 *     HelperProcess.serve(helper -> helper.service("sync", request -> sync(request.message())));
 * }
 * }</pre>
 *
 * <p>Without an identity a helper serves whatever program has started it and handed it a ticket. With one it serves the
 * application that it belongs to, and no other.
 *
 * @since 0.1.0
 */
public final class HelperProcess {
    private HelperProcess() {}

    /**
     * Connects to the launcher and serves it until the launcher ends or closes the connection; then the main method
     * returns.
     *
     * @param offers what the helper offers its launcher
     * @throws IpcException as {@link #connect(Consumer)}
     */
    public static void serve(Consumer<IpcClient.Builder> offers) throws InterruptedException {
        serve(connect(offers));
    }

    /**
     * Serves a launcher that is the application which the helper belongs to, like {@link #serve(Consumer)}.
     *
     * @param application the application, which has this helper in its manifest
     * @param offers what the helper offers its launcher
     * @throws IpcException as {@link #connect(AppIdentity, Consumer)}
     */
    public static void serve(AppIdentity application, Consumer<IpcClient.Builder> offers) throws InterruptedException {
        serve(connect(application, offers));
    }

    private static void serve(IpcConnection launcher) throws InterruptedException {
        CountDownLatch gone = new CountDownLatch(1);
        try (launcher) {
            launcher.closed().thenRun(gone::countDown);
            gone.await();
        }
    }

    /**
     * Connects to the launcher.
     *
     * @param offers what the helper offers its launcher
     * @throws IpcException {@code AUTHENTICATION_FAILED} when no launcher started this process; else as {@link
     *     IpcClient.Builder#connect}
     */
    public static IpcConnection connect(Consumer<IpcClient.Builder> offers) {
        LaunchTicket ticket = LaunchTicket.read(System.in);
        IpcConnection launcher = dial(ticket, offers);
        enter(launcher, ticket);
        return launcher;
    }

    /**
     * Connects to a launcher that is the application which the helper belongs to. What the helper offers can be called by
     * that application alone, unless {@code offers} sets another {@code access} policy.
     *
     * @param application the application, which has this helper in its manifest
     * @param offers what the helper offers its launcher
     * @throws IpcException {@code ACCESS_DENIED} when the launcher has not proved to be that application, which is then told
     *     nothing; else as {@link #connect(Consumer)}
     */
    public static IpcConnection connect(AppIdentity application, Consumer<IpcClient.Builder> offers) {
        LaunchTicket ticket = LaunchTicket.read(System.in);
        IpcConnection launcher = dial(ticket, client -> {
            client.identity(application).access(AccessPolicy.applications(application.id()));
            offers.accept(client);
        });
        Optional<String> proved = launcher.peer().applicationId();
        if (!proved.equals(Optional.of(application.id()))) {
            launcher.close();
            throw new IpcException(
                    IpcStatus.ACCESS_DENIED,
                    "this helper belongs to " + application.id() + "; its launcher has proved to be "
                            + proved.orElse("no application")
                            + "; launch it by HelperLauncher.of(AppIdentity) of its application");
        }
        enter(launcher, ticket);
        return launcher;
    }

    static IpcConnection dial(LaunchTicket ticket, Consumer<IpcClient.Builder> offers) {
        IpcClient.Builder client = IpcClient.builder(ticket.endpoint()).maxMessageBytes(ticket.maxMessageBytes());
        offers.accept(client);
        return client.connect();
    }

    /** Sends the secret; returns the launcher's reply. */
    static ValueSet enter(IpcConnection launcher, LaunchTicket ticket) {
        return launcher.request(LaunchListener.HELLO, ValueSet.of(LaunchListener.SECRET, ticket.secret()));
    }
}
