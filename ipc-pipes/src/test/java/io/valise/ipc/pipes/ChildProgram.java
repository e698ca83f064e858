package io.valise.ipc.pipes;

import io.valise.ipc.CloseReason;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.Request;
import io.valise.ipc.ValueSet;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/** What the tests start as a child; its first argument says how it behaves, a second where it writes how it ended. */
final class ChildProgram {
    private ChildProgram() {}

    public static void main(String[] arguments) throws Exception {
        switch (arguments[0]) {
            case "serves" -> serve(arguments);
            case "noisy" -> {
                makeNoise("before the first frame");
                IpcConnection parent = ChildPipes.parent(ChildProgram::services);
                makeNoise("between frames");
                writeRaw();
                new ProcessBuilder("echo", "noise of a grandchild")
                        .inheritIO()
                        .start()
                        .waitFor();
                parent.closed().toCompletableFuture().join();
            }
            case "asks" -> {
                try (IpcConnection other = ChildPipes.pipeline().connect()) {
                    Files.writeString(
                            Path.of(arguments[1]),
                            other.request("echo", ValueSet.of("word", "through the shell"))
                                    .getString("word"));
                }
            }
            case "pipes" -> {
                try (IpcServer server = IpcServer.builder("pipe:here")
                                .service("echo", Request::message)
                                .start();
                        IpcConnection client = IpcClient.connect("pipe:here")) {
                    ValueSet sent = ValueSet.of("to", server.endpoints().toString());
                    System.out.println(client.request("echo", sent).equals(sent) ? "answered" : "garbled");
                }
            }
            case "gone" -> {
                System.out.println("usage: gone");
                System.exit(7);
            }
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    private static void serve(String[] arguments) throws IOException {
        IpcConnection parent = ChildPipes.parent(ChildProgram::services);
        CloseReason reason = parent.closed().toCompletableFuture().join();
        if (arguments.length > 1) {
            Files.writeString(Path.of(arguments[1]), reason.status() + " " + reason.byPeer());
        }
    }

    /** Past System.out: the descriptor is not there for this any more. */
    private static void writeRaw() {
        try {
            new FileOutputStream(FileDescriptor.out).write("raw".getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            System.err.println("raw: " + e);
        }
    }

    private static void makeNoise(String what) {
        for (int i = 0; i < 500; i++) {
            System.out.println(what + " " + "x".repeat(i % 97));
        }
        System.out.printf("%s%c%c%n", "binary too:", 0, 1);
    }

    private static void services(IpcServer.Builder child) {
        child.service("echo", Request::message)
                .service("ask-back", request -> request.connection().request("parents", request.message()))
                .service("halt", request -> {
                    Runtime.getRuntime().halt(3);
                    return null;
                })
                .service("leave", request -> {
                    request.connection().close();
                    return null;
                })
                .service("exit", request -> {
                    System.exit(0);
                    return null;
                })
                .service("stall", request -> {
                    while (!request.isCancelled()) {
                        LockSupport.parkNanos(1_000_000);
                    }
                    return null;
                })
                .service("read", request -> ValueSet.of("byte", System.in.read()))
                .service(
                        "pid",
                        request -> ValueSet.of("pid", ProcessHandle.current().pid()));
    }
}
