package io.valise.ipc.sharedmem;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.Request;
import io.valise.ipc.ValueSet;
import io.valise.ipc.spi.runtime.LateFaults;
import io.valise.ipc.testkit.process.CommandLoop;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** One end of connections whose segment another process truncates; the process of {@link CutSegmentTest}. */
final class CutProcess {
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final int UNCHANGED_LOOKS = 20;
    private static final BlockingQueue<IpcStatus> ENDED = new LinkedBlockingQueue<>();
    private static final Semaphore EVENTS = new Semaphore(0);
    private static final AtomicLong DONE = new AtomicLong();

    private static IpcServer server;
    private static IpcConnection victim;
    private static IpcConnection kept;

    private CutProcess() {}

    public static void main(String[] arguments) {
        CommandLoop.run(CutProcess::run);
    }

    private static String run(String command, List<String> words) throws Exception {
        switch (command) {
            case "serve" -> server = serve(words.get(0), words.get(1));
            case "ended" -> {
                return ENDED.take().name();
            }
            case "hold" -> EVENTS.drainPermits();
            case "release" -> EVENTS.release(1 << 20);
            case "connections" -> {
                return Integer.toString(server.connections().size());
            }
            case "stats" -> {
                return outcome(() -> {
                    server.stats();
                    LateFaults.report();
                });
            }
            case "keep" -> kept = dial(words.get(0));
            case "connect" -> victim = dial(words.get(0));
            case "kept" -> {
                if (!echoes(kept)) {
                    throw new IllegalStateException("another reply came back");
                }
            }
            case "echo" -> {
                return outcome(() -> echoes(victim));
            }
            case "flood" -> flood(Integer.parseInt(words.get(0)), Long.parseLong(words.get(1)));
            case "hang" -> say("client", () -> victim.request("never", ValueSet.empty(), LONG));
            case "fill" -> fill();
            case "closed" -> {
                return victim.closed().toCompletableFuture().get().status().name();
            }
            default -> throw new IllegalArgumentException(command);
        }
        return "";
    }

    private static IpcServer serve(String cut, String other) {
        return IpcServer.builder(cut, other)
                .service("echo", Request::message)
                .asyncService("never", request -> {
                    IpcConnection client = request.connection();
                    say("server", () -> client.request("never", ValueSet.empty(), LONG));
                    return new CompletableFuture<>();
                })
                .onEvent("slow", event -> EVENTS.acquire())
                .onDisconnect((connection, reason) -> ENDED.add(reason.status()))
                .start();
    }

    private static IpcConnection dial(String address) {
        return IpcClient.builder(address)
                .requestTimeout(LONG)
                .service("never", request -> {
                    CommandLoop.say("both wait");
                    new Semaphore(0).acquire();
                    return null;
                })
                .connect();
    }

    private static boolean echoes(IpcConnection connection) {
        ValueSet message = ValueSet.of("n", DONE.incrementAndGet(), "text", "x".repeat(200));
        return connection.request("echo", message).equals(message);
    }

    /** Calls until that fails; returns when so many calls were answered. */
    private static void flood(int threads, long calls) {
        long until = DONE.get() + calls;
        for (int i = 0; i < threads; i++) {
            say("flood", CutProcess::echoForEver);
        }
        while (DONE.get() < until) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    /**
     * Runs until it fails. Frames that are in the segment when it is truncated may arrive torn, as when another process
     * writes over them.
     */
    private static void echoForEver() {
        long torn = 0;
        while (torn < Long.MAX_VALUE) {
            torn += echoes(victim) ? 0 : 1;
        }
    }

    /** Sends events until that fails; returns when nothing has gone for a while: the sender waits for room. */
    private static void fill() {
        AtomicLong sent = new AtomicLong();
        ValueSet event = ValueSet.of("bytes", new byte[16 << 10]);
        say("fill", () -> {
            while (sent.incrementAndGet() > 0) {
                victim.send("slow", event);
            }
        });
        long seen = 0;
        for (int unchanged = 0; unchanged < UNCHANGED_LOOKS; unchanged++) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
            long now = sent.get();
            unchanged = now == seen && now > 1 ? unchanged : 0;
            seen = now;
        }
    }

    /** Does it on a thread of its own and says how it ended. */
    private static void say(String who, Runnable action) {
        Thread thread = new Thread(() -> CommandLoop.say(who + ' ' + outcome(action)), who);
        thread.setDaemon(true);
        thread.start();
    }

    private static String outcome(Runnable action) {
        try {
            action.run();
            return "OK";
        } catch (IpcException e) {
            return e.status().name();
        } catch (RuntimeException | Error e) {
            return e + " at " + Arrays.toString(e.getStackTrace());
        }
    }
}
