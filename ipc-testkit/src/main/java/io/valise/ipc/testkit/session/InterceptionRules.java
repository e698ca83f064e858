package io.valise.ipc.testkit.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.CallContext;
import io.valise.ipc.CallKind;
import io.valise.ipc.Delivery;
import io.valise.ipc.Interceptor;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.OutgoingCall;
import io.valise.ipc.Reply;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.Candidate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

/** B: what is around calls, and beside their replies. */
public abstract class InterceptionRules extends SessionRules {
    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();

    protected InterceptionRules(Candidate candidate) {
        super(candidate);
    }

    private Interceptor<CallContext> around(String name) {
        return (call, next) -> {
            seen.add(name + " " + call.kind());
            return next.proceed(call).whenComplete((reply, failure) -> seen.add(name + " ended"));
        };
    }

    private Interceptor<OutgoingCall> aroundCalls(String name) {
        return (call, next) -> {
            seen.add(name + " " + call.kind());
            OutgoingCall changed = call.kind() == CallKind.EVENT
                    ? call
                    : call.withMetadata(ValueSet.of(name, call.metadata().size()));
            return next.proceed(changed);
        };
    }

    private List<String> taken(int count) throws Exception {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(take(seen));
        }
        return all;
    }

    @Test
    void B01_interceptorsAreAroundRequestsStreamsAndEvents() throws Exception {
        IpcServer server = serve(builder -> builder.service("meta", request -> request.metadata()).stream(
                        "none", request -> TestSource.of(0))
                .onEvent("told", event -> seen.add("handled"))
                .interceptHandlers(around("outer"))
                .interceptHandlers(around("inner")));
        IpcConnection client = connect(
                server, builder -> builder.interceptCalls(aroundCalls("first")).interceptCalls(aroundCalls("second")));
        ValueSet added = ValueSet.of("first", 0, "second", 1);
        assertThat(client.request("meta", EMPTY)).isEqualTo(added);
        assertAround("REQUEST", taken(6));
        assertThat(get(client.requestAsync("meta", EMPTY))).isEqualTo(added);
        assertAround("REQUEST", taken(6));
        client.stream("none", EMPTY).subscribe(new TestSink());
        assertAround("STREAM", taken(6));
        client.send("told", EMPTY);
        List<String> event = taken(7);
        assertThat(event.remove("handled")).isTrue();
        assertAround("EVENT", event);
    }

    private static void assertAround(String kind, List<String> noted) {
        assertThat(noted)
                .containsExactly(
                        "first " + kind,
                        "second " + kind,
                        "outer " + kind,
                        "inner " + kind,
                        "inner ended",
                        "outer ended");
    }

    @Test
    void B02_whatAnInterceptorRefusesIsRejectedOrNotSent() {
        IpcServer server = serve(builder -> builder.interceptHandlers((call, next) -> {
            throw new IpcException(IpcStatus.ACCESS_DENIED, "not for " + call.name());
        }));
        IpcConnection client = connect(server);
        IpcException refused = failsWith(IpcStatus.ACCESS_DENIED, () -> client.request("echo", EMPTY));
        assertThat(refused.delivery()).isEqualTo(Delivery.REJECTED);
        assertThat(refused).hasMessageContaining("not for echo");
        assertThat(client.request("valise.ping", EMPTY)).isEqualTo(EMPTY);
        IpcConnection careful = connect(
                serve(builder -> builder),
                builder -> builder.interceptCalls((call, next) -> {
                    throw new IpcException(IpcStatus.ACCESS_DENIED, "not " + call);
                }));
        IpcException kept = failsWith(IpcStatus.ACCESS_DENIED, () -> careful.request("echo", EMPTY));
        assertThat(kept.delivery()).isEqualTo(Delivery.NOT_SENT);
        assertThat(careful.stats().requestsSent()).isZero();
    }

    @Test
    void B03_metadataOfAReplyComesWithIt() throws Exception {
        IpcConnection client = connect(serve(builder -> builder.service("bill", request -> {
                    request.replyMetadata(ValueSet.of("cost", request.message().getInt("n")));
                    return request.message();
                })
                .service("long", request -> {
                    request.replyMetadata(ValueSet.of("text", "x".repeat(4_001)));
                    return EMPTY;
                })));
        together(4, number -> {
            for (int i = 0; i < 100; i++) {
                int n = 100 * number + i;
                ValueSet message = ValueSet.of("n", n);
                Reply expected = Reply.of(message).withMetadata(ValueSet.of("cost", n));
                CompletableFuture<Reply> later = client.call("bill").exchangeAsync(message);
                assertThat(client.call("bill").exchange(message)).isEqualTo(expected);
                assertThat(get(later)).isEqualTo(expected);
                assertThat(client.request("bill", message)).isEqualTo(message);
            }
        });
        failsWith(IpcStatus.MESSAGE_TOO_LARGE, () -> client.request("long", EMPTY));
        echoes(client, 3);
    }
}
