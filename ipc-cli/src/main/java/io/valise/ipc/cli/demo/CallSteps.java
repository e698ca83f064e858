package io.valise.ipc.cli.demo;

import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.cli.text.Amounts;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** Calls: typed, large, many at once, and two that must fail. Confined to one thread. */
final class CallSteps {
    private static final int SMALL_CALLS = 98;
    private static final int AT_ONCE = 100;
    private static final int MEBIBYTE = 1 << 20;
    private static final Duration SHORT = Duration.ofMillis(150);

    private final IpcConnection connection;

    CallSteps(IpcConnection connection) {
        this.connection = connection;
    }

    void runAll(Steps steps) {
        steps.run(SMALL_CALLS + " typed calls", this::smallCalls);
        steps.run("every value type", this::everyType);
        steps.run("1 MiB message", this::mebibyte);
        steps.run(AT_ONCE + " calls at once", this::manyAtOnce);
        steps.run("call with a timeout", this::timeout);
        steps.run("unknown service", this::unknownService);
    }

    private String smallCalls() {
        IntStream.range(0, SMALL_CALLS).mapToObj(CallSteps::small).forEach(this::echo);
        return "each came back equal";
    }

    /** Eight fields, like those of a quote. */
    static ValueSet small(int number) {
        return ValueSet.builder()
                .put("number", number)
                .put("symbol", "KRW/USD")
                .put("bid", 1_337.25 + number)
                .put("ask", 1_337.5 + number)
                .put("volume", 1_000_000L * number)
                .put("open", true)
                .put("venue", "Seoul")
                .put("levels", new int[] {1, 2, 3})
                .build();
    }

    private String everyType() {
        ValueSet message = EveryType.message();
        echo(message);
        return message.size() + " types";
    }

    private String mebibyte() {
        byte[] data = new byte[MEBIBYTE];
        new Random(1).nextBytes(data);
        long began = System.nanoTime();
        echo(ValueSet.of("data", data));
        return "there and back in " + Amounts.millis(System.nanoTime() - began);
    }

    private void echo(ValueSet message) {
        checkEcho(message, connection.request("echo", message));
    }

    private static void checkEcho(ValueSet message, ValueSet reply) {
        StepFailure.unless(reply.equals(message), "echo", message, reply);
    }

    private String manyAtOnce() throws Exception {
        CompletableFuture<?>[] calls = IntStream.range(0, AT_ONCE)
                .mapToObj(CallSteps::small)
                .map(message -> connection.requestAsync("echo", message).thenAccept(reply -> checkEcho(message, reply)))
                .toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(calls).get(10, TimeUnit.SECONDS);
        return "all answered";
    }

    private String timeout() {
        long began = System.nanoTime();
        expect(IpcStatus.TIMEOUT, () -> connection.request("hang", ValueSet.empty(), SHORT));
        return "TIMEOUT after " + Amounts.millis(System.nanoTime() - began) + ", asked for " + SHORT.toMillis() + " ms";
    }

    private String unknownService() {
        expect(IpcStatus.SERVICE_NOT_FOUND, () -> connection.request("no-such-service", ValueSet.empty()));
        return "SERVICE_NOT_FOUND";
    }

    private static void expect(IpcStatus status, Runnable call) {
        try {
            call.run();
        } catch (IpcException e) {
            StepFailure.unless(e.status() == status, "status", status, String.valueOf(e.getMessage()));
            return;
        }
        throw new StepFailure("status: expected=" + status + ", actual=OK");
    }
}
