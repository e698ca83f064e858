package io.valise.ipc.testkit.link;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.testkit.process.CommandLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * The other process of the P rules: serves, connects and moves numbered frames on command. Started with the class name
 * of a transport; the links it has are numbered from 0 in the order they began.
 */
public final class LinkPeer implements CommandLoop.Commands {
    private final Transport transport;
    private final BlockingQueue<Link> accepted = new LinkedBlockingQueue<>();
    private final List<LinkEnd> links = new ArrayList<>();
    private Transport.@Nullable Listener listener;

    private LinkPeer(Transport transport) {
        this.transport = transport;
    }

    /** Runs the peer; the argument is the class name of the transport. */
    public static void main(String[] arguments) throws ReflectiveOperationException {
        CommandLoop.runOver(arguments[0], LinkPeer::new);
    }

    @Override
    public @Nullable String run(String command, List<String> arguments) throws Exception {
        return switch (command) {
            case "listen" -> listen(arguments.get(0));
            case "unlisten" -> unlisten();
            case "connect" -> add(transport.connect(Endpoint.parse(arguments.get(0)), Long.MAX_VALUE));
            case "accept" -> add(accepted.take());
            case "send" -> send(link(arguments), number(arguments, 1), number(arguments, 2));
            case "receive" -> receive(link(arguments), number(arguments, 1), number(arguments, 2));
            case "echo" -> echo(link(arguments));
            case "flood" -> flood(link(arguments));
            case "end" -> Boolean.toString(link(arguments).awaitEnd());
            case "close" -> close(link(arguments));
            default -> throw new IllegalArgumentException("no command: actual=" + command);
        };
    }

    private String listen(String address) {
        try {
            listener = transport.listen(Endpoint.parse(address), accepted::add);
            return "OK";
        } catch (IpcException e) {
            return e.status().name();
        }
    }

    private @Nullable String unlisten() {
        if (listener != null) {
            listener.close();
        }
        return null;
    }

    private String add(Link link) {
        links.add(new LinkEnd(link));
        return link.peer().sameUser() + "/" + link.peer().evidence();
    }

    private static @Nullable String send(LinkEnd link, int first, int count) {
        for (int i = first; i < first + count; i++) {
            link.send(LinkEnd.frame(i, 1000));
        }
        return null;
    }

    private static @Nullable String receive(LinkEnd link, int first, int count) {
        for (int i = first; i < first + count; i++) {
            link.expect(LinkEnd.frame(i, 1000));
        }
        return null;
    }

    /** Sends every frame back until the link ends, in the background. */
    private static @Nullable String echo(LinkEnd link) {
        background(() -> link.forEachFrame(link::send));
        return null;
    }

    /** Sends frames without end, in the background, and reports when the first have been sent. */
    private static @Nullable String flood(LinkEnd link) {
        background(() -> {
            for (int i = 0; ; i++) {
                link.send(LinkEnd.frame(i, 1000));
                if (i == 10) {
                    CommandLoop.say("flooding");
                }
            }
        });
        return null;
    }

    private static @Nullable String close(LinkEnd link) {
        link.link().close();
        return null;
    }

    private static void background(Runnable work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IpcException e) {
                        CommandLoop.say(e.status().name());
                    }
                },
                "background");
        thread.setDaemon(true);
        thread.start();
    }

    private LinkEnd link(List<String> arguments) {
        return links.get(number(arguments, 0));
    }

    private static int number(List<String> arguments, int index) {
        return Integer.parseInt(arguments.get(index));
    }
}
