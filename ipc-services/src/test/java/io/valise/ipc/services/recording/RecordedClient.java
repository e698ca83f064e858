package io.valise.ipc.services.recording;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.process.CommandLoop;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.stream.Collectors;

/** A client process that records the calls that it makes to an address. */
final class RecordedClient {
    private static final ValueSet MESSAGE = ValueSet.of("n", 1);

    private RecordedClient() {}

    public static void main(String[] arguments) {
        CommandLoop.run((command, words) -> calls(arguments[0]));
    }

    /** Makes calls of all kinds; returns the events of them. */
    private static String calls(String address) throws IOException {
        Recorded recorded = Recorded.begin("Call");
        try (IpcConnection connection = IpcClient.connect(address)) {
            connection.request("echo", MESSAGE);
            connection.requestAsync("echo", MESSAGE).join();
            try {
                connection.request("denied", MESSAGE);
            } catch (IpcException expected) {
                CommandLoop.say(expected.status().name());
            }
            items(connection).join();
            connection.send("told", MESSAGE);
        }
        return recorded.end().stream().map(Recorded::call).collect(Collectors.joining("; "));
    }

    private static CompletableFuture<Void> items(IpcConnection connection) {
        CompletableFuture<Void> end = new CompletableFuture<>();
        connection.stream("items", MESSAGE).subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(1);
            }

            @Override
            public void onNext(ValueSet item) {}

            @Override
            public void onError(Throwable failure) {
                end.completeExceptionally(failure);
            }

            @Override
            public void onComplete() {
                end.complete(null);
            }
        });
        return end;
    }
}
