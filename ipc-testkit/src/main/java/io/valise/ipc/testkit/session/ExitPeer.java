package io.valise.ipc.testkit.session;

import io.valise.ipc.IpcServer;
import io.valise.ipc.ValueSet;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.testkit.process.CommandLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * A program whose main method starts servers and returns. It takes commands in a daemon thread, so that nothing but its
 * servers keeps the JVM alive. Its arguments are the class name of a transport, whether the servers keep the JVM alive,
 * how long their exit waits at most or {@code never}, and their addresses. Its servers offer {@code echo}, {@code wait}
 * (which notifies the test and answers after the command {@code open}) and {@code exit} (which ends the JVM with a
 * status).
 */
public final class ExitPeer {
    /** For the third argument: the servers are not closed by the exit. */
    static final String NEVER = "never";

    private final Transport transport;
    private final CountDownLatch gate = new CountDownLatch(1);
    private final List<IpcServer> servers = new ArrayList<>();
    private final Thread main = Thread.currentThread();

    private ExitPeer(Transport transport) {
        this.transport = transport;
    }

    /** Starts the servers and says {@code serving}. */
    public static void main(String[] arguments) throws ReflectiveOperationException {
        ExitPeer peer = new ExitPeer(Class.forName(arguments[0])
                .asSubclass(Transport.class)
                .getDeclaredConstructor()
                .newInstance());
        for (String address : List.of(arguments).subList(3, arguments.length)) {
            IpcServer.Builder server = peer.server(address).keepAlive(Boolean.parseBoolean(arguments[1]));
            if (!arguments[2].equals(NEVER)) {
                server.closeOnExit(Duration.parse(arguments[2]));
            }
            peer.servers.add(server.start());
        }
        Thread commands = new Thread(() -> CommandLoop.run(peer::run), "commands");
        commands.setDaemon(true);
        commands.start();
        CommandLoop.say("serving");
    }

    private IpcServer.Builder server(String address) {
        return TestServices.echo(Ends.over(transport, IpcServer.builder(address)))
                .service("wait", request -> {
                    CommandLoop.say("wait");
                    gate.await();
                    return request.message();
                })
                .service("exit", request -> {
                    System.exit(request.message().getInt("status"));
                    return ValueSet.empty();
                });
    }

    private @Nullable String run(String command, List<String> arguments) throws InterruptedException {
        switch (command) {
            case "open" -> gate.countDown();
            case "returned" -> main.join();
            case "close" -> servers.forEach(IpcServer::close);
            case "serve-late" -> {
                return serveLate(arguments.get(0));
            }
            default -> throw new IllegalArgumentException("no command: actual=" + command);
        }
        return null;
    }

    private String serveLate(String address) {
        try (IpcServer server = server(address).closeOnExit(Duration.ZERO).start()) {
            return "serves " + server.endpoints();
        } catch (IllegalStateException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
