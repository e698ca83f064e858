package io.valise.ipc.pipes;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.pipes.child.StdioTransport;
import io.valise.ipc.spi.runtime.SystemText;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Connections to a program that this one starts, over its standard input and output: no name, no file, and no other process
 * can get in. Thread-safe.
 *
 * <pre>{@code
 * // the parent
 * try (IpcConnection worker = ChildPipes.spawn("java", "-jar", "worker.jar")) {
 *     ValueSet done = worker.request("resize", ValueSet.of("width", 640));
 * }
 *
 * // the child
 * IpcConnection parent = ChildPipes.parent(child -> child.service("resize", Worker::resize));
 * parent.closed().toCompletableFuture().join(); // until the parent closes, or dies
 * }</pre>
 *
 * <p>The child's standard error is the parent's own. In the child, {@code System.out} prints there too from
 * {@link #parent} on, and {@code System.in} is empty. What was printed to standard output before does no harm.
 *
 * <p>The connection ends as any other: {@code CONNECTION_CLOSED} when an end closed it, {@code PEER_DIED} when an end
 * is gone without a close. When it has ended at the parent, the child's standard input ends; a child that is still
 * running 5 seconds later is terminated (SIGTERM), and another 5 later killed. A program that must outlive its parent
 * cannot be connected this way.
 *
 * @since 0.1.0
 */
public final class ChildPipes {
    private static final Duration FIRST_WORD = Duration.ofNanos(StdioTransport.FIRST_WORD_NANOS);

    private ChildPipes() {}

    /**
     * Starts a program and connects to it, with the defaults of {@link IpcClient.Builder}; waits 30 seconds for its
     * {@link #parent} call.
     *
     * @param command the program and its arguments; no shell is involved
     * @throws IpcException {@code ENDPOINT_NOT_FOUND} when the program cannot be started, {@code PEER_DIED} when it ended
     *     before it called, {@code TIMEOUT}, {@code VERSION_MISMATCH}; the delivery is always {@code NOT_SENT}
     */
    public static IpcConnection spawn(String... command) {
        return child(new ProcessBuilder(command)).connect();
    }

    /**
     * A connection to a program yet to be started, with services, event handlers and timeouts for this end. Each
     * {@code connect()} starts one process; with a {@link io.valise.ipc.ReconnectPolicy}, so does a call after the last
     * one died.
     *
     * @param program its command, directory and environment count, and where its errors go, unless that is a pipe
     */
    public static IpcClient.Builder child(ProcessBuilder program) {
        return IpcClient.builder(StdioTransport.SCHEME + ':' + name(program.command()))
                .transport(StdioTransport.starting(program))
                .connectTimeout(FIRST_WORD);
    }

    /**
     * The connection to the program that started this one by {@link #spawn} or {@link #child}, or that stands at the
     * other end of the pipeline; see {@link #pipeline}. It works once per process.
     *
     * @throws IpcException {@code ENDPOINT_NOT_FOUND} when standard input is closed, {@code TIMEOUT} when the peer has
     *     sent nothing for 30 seconds, {@code ADDRESS_IN_USE} when it was called before
     */
    public static IpcConnection parent() {
        return parent(child -> {});
    }

    /**
     * Like {@link #parent()}, with services for the parent to call and all else that {@link IpcServer.Builder} offers.
     *
     * @param settings describes this end; {@code onConnect} is taken, use what this method returns
     */
    public static IpcConnection parent(Consumer<IpcServer.Builder> settings) {
        CompletableFuture<IpcConnection> connected = new CompletableFuture<>();
        IpcServer.Builder builder = IpcServer.builder(StdioTransport.SCHEME + ":parent")
                .transport(StdioTransport.ofThisProcess(() -> connected.completeExceptionally(gone())));
        settings.accept(builder);
        IpcServer server = builder.onConnect(connected::complete).start();
        boolean greeted = false;
        try {
            IpcConnection parent = await(connected);
            parent.closed().thenRun(server::close);
            greeted = true;
            return parent;
        } finally {
            if (!greeted) {
                server.close();
            }
        }
    }

    /**
     * A connection over the standard input and output of this process, for the end that acts as the client; the other
     * end calls {@link #parent}. So a shell can connect two programs:
     *
     * <pre>{@code mkfifo back; java Asks <back | java Answers >back}</pre>
     */
    public static IpcClient.Builder pipeline() {
        return IpcClient.builder(StdioTransport.SCHEME + ":pipeline")
                .transport(StdioTransport.ofThisProcess(() -> {}))
                .connectTimeout(FIRST_WORD);
    }

    private static IpcConnection await(CompletableFuture<IpcConnection> connected) {
        try {
            return connected.get(StdioTransport.FIRST_WORD_NANOS, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IpcException(IpcStatus.CANCELLED, "interrupted while waiting for HELLO", Delivery.NOT_SENT, e);
        } catch (ExecutionException e) {
            throw gone(); // nothing else completes it this way
        } catch (TimeoutException e) {
            throw new IpcException(
                    IpcStatus.TIMEOUT, "no HELLO came through standard input in time", Delivery.NOT_SENT, e);
        }
    }

    private static IpcException gone() {
        return new IpcException(
                IpcStatus.PEER_DIED, "the other end of standard input went before it said HELLO", Delivery.NOT_SENT);
    }

    /** The program's file name, as far as an address can hold it. */
    private static String name(List<String> command) {
        Path file = command.isEmpty()
                ? null
                : SystemText.path("program", command.get(0)).getFileName();
        String name = file == null ? "" : file.toString().replaceAll("[^A-Za-z0-9._-]", "-");
        String legal = name.replaceFirst("^[^A-Za-z0-9]+", "");
        return legal.isEmpty() ? "child" : legal.substring(0, Math.min(legal.length(), 64));
    }
}
