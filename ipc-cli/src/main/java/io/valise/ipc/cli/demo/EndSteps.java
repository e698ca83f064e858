package io.valise.ipc.cli.demo;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.ValueSet;
import io.valise.ipc.WaitStrategy;
import io.valise.ipc.cli.text.Amounts;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** The server ends during a call, and another one replaces it. Confined to one thread. */
final class EndSteps {
    private static final long SOON_NANOS = 250_000_000L;
    private static final long TIMEOUT_SECONDS = 10;

    private final IpcConnection connection;
    private final EndOfServer end;

    EndSteps(IpcConnection connection, EndOfServer end) {
        this.connection = connection;
        this.end = end;
    }

    void runAll(Steps steps) {
        steps.run(end.step(), this::endDuringCall);
        steps.run("same name again", this::serveAgain);
    }

    private String endDuringCall() throws Exception {
        CountDownLatch hanging = new CountDownLatch(1);
        connection.onEvent("hanging", event -> hanging.countDown());
        CompletableFuture<ValueSet> call = connection.requestAsync("hang", ValueSet.empty());
        StepFailure.unless(hanging.await(TIMEOUT_SECONDS, TimeUnit.SECONDS), "call", "at the server", "not there");
        long began = System.nanoTime();
        end.end().run();
        IpcException failure = failureOf(call);
        long took = System.nanoTime() - began;
        StepFailure.unless(failure.status() == end.status(), "status", end.status(), failure);
        StepFailure.unless(took <= SOON_NANOS, "time", Amounts.millis(SOON_NANOS) + " at most", Amounts.millis(took));
        return "pending call: " + failure.status() + " after " + Amounts.millis(took);
    }

    private static IpcException failureOf(CompletableFuture<ValueSet> call) throws Exception {
        try {
            ValueSet reply = call.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            throw new StepFailure("call: expected=a failure, actual=" + reply);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IpcException failure) {
                return failure;
            }
            throw e;
        }
    }

    private String serveAgain() {
        String endpoint = connection.endpoint().toString();
        ValueSet message = CallSteps.small(1);
        long began = System.nanoTime();
        try (IpcServer server = DemoServices.start(endpoint, WaitStrategy.adaptive());
                IpcConnection again = IpcClient.connect(endpoint)) {
            ValueSet reply = again.request("echo", message);
            StepFailure.unless(reply.equals(message), "echo", message, reply);
            return "serves " + server.endpoints().get(0).name() + " again after "
                    + Amounts.millis(System.nanoTime() - began);
        }
    }
}
