package io.valise.ipc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a handler knows of its call, and when code finds that without being told. */
class CallContextTest {
    private final BlockingQueue<CallContext> seen = new LinkedBlockingQueue<>();
    private final BlockingQueue<Optional<CallContext>> current = new LinkedBlockingQueue<>();
    private final IpcServer server =
            IpcServer.builder("local:context")
                    .service("ask", this::note)
                    .service("object:acme.Counter", this::note)
                    .stream("open", request -> {
                        note(request);
                        return noItems();
                    })
                    .onEvent("told", this::note)
                    .start();
    private final IpcConnection client = IpcClient.connect("local:context");

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    private ValueSet note(CallContext call) {
        current.add(CallContext.current());
        seen.add(call);
        return ValueSet.empty();
    }

    private static Flow.Publisher<ValueSet> noItems() {
        return subscriber -> {
            subscriber.onSubscribe(new Flow.Subscription() {
                @Override
                public void request(long more) {}

                @Override
                public void cancel() {}
            });
            subscriber.onComplete();
        };
    }

    @Test
    void aRequestAStreamAndAnEventTellWhatTheyAre() throws Exception {
        ValueSet message = ValueSet.of("n", 1);
        ValueSet tenant = ValueSet.of("tenant", "a");
        client.call("ask").metadata(tenant).timeout(Duration.ofMinutes(1)).request(message);
        CallContext request = seen.take();
        assertThat(request.kind()).isEqualTo(CallKind.REQUEST);
        assertThat(request.name()).isEqualTo("ask");
        assertThat(request.method()).isEmpty();
        assertThat(request.message()).isEqualTo(message);
        assertThat(request.metadata()).isEqualTo(tenant);
        assertThat(request.caller().pid()).hasValue(ProcessHandle.current().pid());
        assertThat(request.remaining())
                .hasValueSatisfying(left -> assertThat(left).isLessThanOrEqualTo(Duration.ofMinutes(1)));

        client.call("open").metadata(tenant).stream(message).subscribe(new FirstItem<>(new CompletableFuture<>()));
        CallContext stream = seen.take();
        assertThat(stream.kind()).isEqualTo(CallKind.STREAM);
        assertThat(stream.metadata()).isEqualTo(tenant);
        assertThat(stream.remaining()).isEmpty();

        client.send("told", message);
        CallContext event = seen.take();
        assertThat(event.kind()).isEqualTo(CallKind.EVENT);
        assertThat(event.name()).isEqualTo("told");
        assertThat(event.metadata()).isEqualTo(ValueSet.empty());
        assertThat(event.remaining()).isEmpty();
        assertThat(event.connection()).isEqualTo(server.connections().get(0));

        assertThat(current).containsExactly(Optional.empty(), Optional.empty(), Optional.empty());
    }

    @Test
    void theMethodOfARemoteObjectIsToldByItsName() throws Exception {
        client.request("object:acme.Counter", ValueSet.of("m", "add/1"));
        client.request("object:acme.Counter", ValueSet.of("m", 1));
        client.request("object:acme.Counter", ValueSet.of("as", "acme.Named"));
        client.request("object:acme.Counter", ValueSet.of("as", "acme.Named", "m", "add/1"));
        client.request("ask", ValueSet.of("m", "add/1"));
        assertThat(seen.take().method()).contains("add");
        assertThat(seen).allSatisfy(other -> assertThat(other.method()).isEmpty());
    }

    @Test
    void aCallIsCurrentWhileSomethingIsDoneWithItAndOnThatThread() throws Exception {
        client.request("ask", ValueSet.of("n", 1));
        client.request("ask", ValueSet.of("n", 2));
        CallContext first = seen.take();
        CallContext second = seen.take();
        first.run(() -> {
            assertThat(CallContext.current()).containsSame(first);
            second.run(() -> assertThat(CallContext.current()).containsSame(second));
            assertThat(CallContext.current()).containsSame(first);
            assertThat(CompletableFuture.supplyAsync(CallContext::current).join())
                    .isEmpty();
        });
        Optional<CallContext> during = first.call(CallContext::current);
        assertThat(during).containsSame(first);
        assertThatThrownBy(() -> first.call(() -> {
                    throw new IllegalStateException("as planned");
                }))
                .hasMessage("as planned");
        assertThat(CallContext.current()).isEmpty();
    }
}
