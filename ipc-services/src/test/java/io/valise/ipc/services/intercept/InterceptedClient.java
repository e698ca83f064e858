package io.valise.ipc.services.intercept;

import io.valise.ipc.CallKind;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.Reply;
import io.valise.ipc.ValueSet;
import io.valise.ipc.services.objects.RemoteObjects;
import io.valise.ipc.testkit.process.CommandLoop;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;

/** A client process whose calls have interceptors; started with an address, it calls on command. */
final class InterceptedClient implements CommandLoop.Commands {
    /** What the server exports. */
    interface Desk {
        /** Who calls which method. */
        String whoCalls();
    }

    private static final ValueSet MESSAGE = ValueSet.of("n", 1);

    private final AtomicReference<String> tenant = new AtomicReference<>("acme");
    private final AtomicReference<ValueSet> replied = new AtomicReference<>(ValueSet.empty());
    private final IpcConnection connection;

    private InterceptedClient(String address) {
        connection = IpcClient.builder(address)
                .interceptCalls((call, next) -> {
                    if (tenant.get().equals("forbidden")) {
                        throw new IpcException(IpcStatus.ACCESS_DENIED, "no tenant");
                    }
                    return next.proceed(
                                    call.kind() == CallKind.EVENT
                                            ? call
                                            : call.withMetadata(ValueSet.of("tenant", tenant.get())))
                            .whenComplete((reply, failure) -> note(reply));
                })
                .service(
                        "left",
                        request -> ValueSet.of("left", request.remaining().orElseThrow()))
                .connect();
    }

    private void note(Reply reply) {
        if (reply != null) {
            replied.set(reply.metadata());
        }
    }

    public static void main(String[] arguments) {
        CommandLoop.run(new InterceptedClient(arguments[0]));
    }

    @Override
    public String run(String command, List<String> words) {
        return switch (command) {
            case "tenant" -> {
                tenant.set(words.isEmpty() ? "" : words.get(0));
                yield "now " + tenant.get();
            }
            case "ask" -> outcome(() -> connection.request("ask", MESSAGE).toString());
            case "later" ->
                outcome(() -> connection.requestAsync("ask", MESSAGE).join().toString());
            case "exchange" ->
                outcome(() -> connection.call("ask").exchange(MESSAGE).toString());
            case "replied" -> replied.get().toString();
            case "stream" -> outcome(this::firstItem);
            case "send" ->
                outcome(() -> {
                    connection.send("told", MESSAGE);
                    return "sent";
                });
            case "object" ->
                outcome(() -> RemoteObjects.of(connection).remote(Desk.class).whoCalls());
            case "relay" ->
                outcome(() -> connection
                                        .request("relay", MESSAGE, Duration.ofSeconds(20))
                                        .getDuration("left")
                                        .compareTo(Duration.ofSeconds(20))
                                <= 0
                        ? "in time"
                        : "too long");
            default -> throw new IllegalArgumentException("no command: actual=" + command);
        };
    }

    /** Something that is called. */
    @FunctionalInterface
    private interface Called {
        String call();
    }

    private static String outcome(Called called) {
        try {
            return called.call();
        } catch (IpcException e) {
            return e.status() + " " + e.delivery() + " " + e.reason();
        } catch (CompletionException e) {
            IpcException failure = (IpcException) e.getCause();
            return failure.status() + " " + failure.delivery() + " " + failure.reason();
        }
    }

    private String firstItem() {
        CompletableFuture<ValueSet> first = new CompletableFuture<>();
        connection.stream("items", MESSAGE).subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(1);
            }

            @Override
            public void onNext(ValueSet item) {
                first.complete(item);
            }

            @Override
            public void onError(Throwable failure) {
                first.completeExceptionally(failure);
            }

            @Override
            public void onComplete() {
                first.cancel(false);
            }
        });
        return first.join().toString();
    }
}
