package io.valise.ipc.services.launch;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
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
 * @since 0.1.0
 */
public final class HelperProcess {
    private HelperProcess() {}

    /**
     * Connects to the launcher and serves it until the launcher ends or closes the connection; then the main method
     * returns.
     *
     * @param offers what the helper offers its launcher
     * @throws IpcException as {@link #connect}
     */
    public static void serve(Consumer<IpcClient.Builder> offers) throws InterruptedException {
        CountDownLatch gone = new CountDownLatch(1);
        try (IpcConnection launcher = connect(offers)) {
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
