package io.valise.ipc.services.launch;

import io.valise.ipc.CloseReason;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Used by a program that was launched for a result: the question it was asked, and its one report. Thread-safe.
 *
 * <pre>{@code
 * public static void main(String[] arguments) {
 *     try (ResultTarget target = ResultTarget.open()) {
 *         target.report(ValueSet.of("colour", pick(target.input().getString("title"))));
 *     }
 * }
 * }</pre>
 *
 * @since 0.1.0
 */
public final class ResultTarget implements AutoCloseable {
    private final IpcConnection launcher;
    private final ValueSet input;
    private final int maxBytes;
    private final AtomicBoolean reported = new AtomicBoolean();

    private ResultTarget(IpcConnection launcher, ValueSet welcome) {
        this.launcher = launcher;
        this.input = welcome.getValueSet(ResultLauncher.INPUT);
        this.maxBytes = welcome.getInt(ResultLauncher.MAX_BYTES);
    }

    /**
     * Connects to the launcher; once, and before the program reads standard input otherwise.
     *
     * @throws IpcException {@code AUTHENTICATION_FAILED} when no launcher started this process; else as {@link
     *     io.valise.ipc.IpcClient.Builder#connect}
     */
    public static ResultTarget open() {
        LaunchTicket ticket = LaunchTicket.read(System.in);
        IpcConnection launcher = HelperProcess.dial(ticket, client -> {});
        return new ResultTarget(launcher, HelperProcess.enter(launcher, ticket));
    }

    /** The launcher's question. */
    public ValueSet input() {
        return input;
    }

    /**
     * Reports the result; returns when the launcher has it.
     *
     * @throws IllegalStateException when there was a report already
     * @throws IpcException {@code MESSAGE_TOO_LARGE}, after which a shorter one may be reported; {@code CANCELLED} when
     *     the launcher does not wait for it any more; {@code PEER_DIED} when the launcher is gone
     */
    public void report(ValueSet result) {
        ResultLauncher.checkSize("result", result, maxBytes);
        if (!reported.compareAndSet(false, true)) {
            throw new IllegalStateException("a result has been reported already; there is one for each launch");
        }
        launcher.request(ResultLauncher.REPORT, ValueSet.of(ResultLauncher.RESULT, result));
    }

    /** Completes when the launcher has died, closed the connection, or cancelled. */
    public CompletionStage<CloseReason> launcherGone() {
        return launcher.closed();
    }

    /** Closes the connection. Without a report before, the launcher learns that there is none when this process ends. */
    @Override
    public void close() {
        launcher.close();
    }
}
