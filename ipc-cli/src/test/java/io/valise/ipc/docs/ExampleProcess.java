package io.valise.ipc.docs;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.testkit.process.CommandLoop;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A process that runs the examples of README.md on command. */
final class ExampleProcess {
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private ExampleProcess() {}

    public static void main(String[] arguments) {
        CommandLoop.run(ExampleProcess::run);
    }

    private static String run(String command, List<String> arguments) {
        switch (command) {
            case "serve" -> serve();
            case "await" -> awaitServer(arguments.get(0));
            case "client" -> {
                return printedBy(() -> PriceClient.main(new String[0]));
            }
            case "choosy" -> {
                return printedBy(PriceClient::choosy);
            }
            default -> throw new IllegalArgumentException("command: " + command);
        }
        return "";
    }

    private static void serve() {
        Thread server = new Thread(ExampleProcess::serveUntilKilled, "price-server");
        server.setDaemon(true);
        server.start();
    }

    private static void serveUntilKilled() {
        try {
            PriceServer.main(new String[0]);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The example says nothing when it serves: nothing but asking tells. */
    private static void awaitServer(String endpoint) {
        while (!isServed(endpoint)) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private static boolean isServed(String endpoint) {
        try {
            IpcClient.connect(endpoint).close();
            return true;
        } catch (IpcException e) {
            if (e.status() != IpcStatus.ENDPOINT_NOT_FOUND) {
                throw e;
            }
            return false;
        }
    }

    private static String printedBy(Runnable example) {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream before = System.out;
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            example.run();
        } finally {
            System.setOut(before);
        }
        return printed.toString(StandardCharsets.UTF_8).strip().replaceAll("\\R", " | ");
    }
}
