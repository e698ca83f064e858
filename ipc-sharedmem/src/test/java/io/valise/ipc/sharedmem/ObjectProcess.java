package io.valise.ipc.sharedmem;

import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.process.CommandLoop;
import io.valise.ipc.testkit.process.ForkedJvm;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;

/** Another process that has named objects open: one mutex, one semaphore, one event. */
final class ObjectProcess {
    private static final Deque<Hold> HOLDS = new ArrayDeque<>();
    private static final AtomicReference<ObjectRounds> ROUNDS = new AtomicReference<>();
    private static NamedMutex mutex;
    private static NamedSemaphore semaphore;
    private static NamedEvent event;

    private ObjectProcess() {}

    /** Starts one, which opens what the words of a command say. */
    static ForkedJvm start(List<String> options, Object... command) {
        ForkedJvm jvm = ForkedJvm.start(options, ObjectProcess.class);
        jvm.ask(command);
        return jvm;
    }

    /** With two arguments it begins with rounds, under a name and in a file. */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length == 2) {
            ROUNDS.set(ObjectRounds.start(arguments[0], arguments[1]));
        }
        CommandLoop.run(ObjectProcess::run);
    }

    private static String run(String command, List<String> words) throws Exception {
        return switch (command) {
            case "mutex", "acquire", "tryAcquire", "acquireLater", "release" -> mutex(command, words);
            case "semaphore", "acquirePermit", "releasePermit" -> semaphore(command, words);
            case "event", "set", "reset", "isSet", "awaitLater" -> event(command, words);
            case "endRounds" -> ROUNDS.get().end();
            default -> throw new IllegalArgumentException(command);
        };
    }

    private static String mutex(String command, List<String> words) throws Exception {
        return switch (command) {
            case "mutex" -> {
                mutex = opened(words.get(0), NamedMutex::open, NamedMutex::open);
                yield "";
            }
            case "acquire" -> held(mutex.acquire());
            case "tryAcquire" -> mutex.tryAcquire().map(ObjectProcess::held).orElse("busy");
            case "acquireLater" -> later(() -> held(mutex.acquire()));
            default -> released();
        };
    }

    private static String semaphore(String command, List<String> words) throws Exception {
        return switch (command) {
            case "semaphore" -> {
                int permits = Integer.parseInt(words.get(1));
                semaphore = NamedSemaphore.open(words.get(0), permits);
                yield "";
            }
            case "acquirePermit" -> held(semaphore.acquire());
            default -> released();
        };
    }

    private static String event(String command, List<String> words) throws Exception {
        switch (command) {
            case "event" -> event = NamedEvent.open(words.get(0), NamedEvent.Reset.valueOf(words.get(1)));
            case "set" -> event.set();
            case "reset" -> event.reset();
            case "isSet" -> {
                return Boolean.toString(event.isSet());
            }
            default -> {
                return later(() -> {
                    event.await();
                    return "woken";
                });
            }
        }
        return "";
    }

    /** Does something that waits, on a thread of its own, and says when it begins and what came of it. */
    private static String later(Callable<String> action) {
        Thread waiter = new Thread(
                () -> {
                    CommandLoop.say("waiting");
                    CommandLoop.say(outcome(action));
                },
                "waiter");
        waiter.setDaemon(true);
        waiter.start();
        return "";
    }

    static String outcome(Callable<String> action) {
        try {
            return action.call();
        } catch (Exception e) { // told to the test
            return e.toString();
        }
    }

    private static String held(Hold hold) {
        HOLDS.add(hold);
        return hold.abandoned() ? "abandoned" : "whole";
    }

    private static String released() {
        Optional.ofNullable(HOLDS.poll()).orElseThrow().close();
        return "";
    }

    @FunctionalInterface
    private interface Opening<K, T> {
        T open(K key);
    }

    private static <T> T opened(String word, Opening<String, T> byName, Opening<ValueSet, T> byHandle) {
        return word.startsWith("handle:")
                ? byHandle.open(ValueSet.fromCbor(HexFormat.of().parseHex(word.substring("handle:".length()))))
                : byName.open(word);
    }

    /** A word for the command {@code mutex}. */
    static String handle(ValueSet handle) {
        return "handle:" + HexFormat.of().formatHex(handle.toCbor());
    }

    /** Long enough for anything that happens at all. */
    static final Duration LONGEST_WAIT = Duration.ofMinutes(5);
}
