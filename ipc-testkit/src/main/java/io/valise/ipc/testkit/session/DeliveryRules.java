package io.valise.ipc.testkit.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.Candidate;
import io.valise.ipc.testlog.MayLog;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Y: the delivery that a failed call reports, for every kind of call. */
@MayLog({"as planned", "refused: "})
public abstract class DeliveryRules extends SessionRules {
    private static final ValueSet METADATA = ValueSet.of("tenant", 7);

    private final AtomicInteger ran = new AtomicInteger();

    protected DeliveryRules(Candidate candidate) {
        super(candidate);
    }

    /** The kinds of call that have an outcome. */
    private enum Kind {
        REQUEST,
        FUTURE,
        STREAM;

        /** Makes the call, which must fail with this status. */
        IpcException fails(IpcConnection connection, String service, ValueSet message, IpcStatus status) {
            return failsWith(status, () -> outcome(connection, service, message));
        }

        ValueSet outcome(IpcConnection connection, String service, ValueSet message) throws Exception {
            IpcConnection.Call call = connection.call(service).metadata(METADATA);
            return switch (this) {
                case REQUEST -> call.request(message);
                case FUTURE -> get(call.requestAsync(message));
                case STREAM -> {
                    TestSink sink = new TestSink();
                    call.stream(message).subscribe(sink);
                    sink.request(1);
                    get(sink.ended());
                    yield EMPTY;
                }
            };
        }
    }

    private void fails(Set<Kind> kinds, IpcConnection connection, String service, IpcStatus status, Delivery delivery) {
        for (Kind kind : kinds) {
            IpcException failure = kind.fails(connection, service, EMPTY, status);
            assertThat(failure.delivery()).as(kind + ": " + failure).isEqualTo(delivery);
        }
    }

    private static Set<Kind> all() {
        return EnumSet.allOf(Kind.class);
    }

    /** Offers a service and a stream that count how often a handler runs. */
    private IpcServer.Builder counting(IpcServer.Builder builder) {
        return builder
                .service("service", request -> {
                    ran.incrementAndGet();
                    return EMPTY;
                })
                .stream("stream", request -> {
            ran.incrementAndGet();
            return TestSource.of(0);
        });
    }

    @Test
    void Y01_whatIsRefusedBeforeAHandlerIsRejected() {
        IpcConnection client = connect(serve(builder -> counting(builder)
                .access(mine().and((caller, service) -> !service.equals("denied")))
                .service("denied", request -> {
                    ran.incrementAndGet();
                    return EMPTY;
                })));
        fails(all(), client, "absent", IpcStatus.SERVICE_NOT_FOUND, Delivery.REJECTED);
        fails(all(), client, "denied", IpcStatus.ACCESS_DENIED, Delivery.REJECTED);
        fails(EnumSet.of(Kind.REQUEST, Kind.FUTURE), client, "stream", IpcStatus.UNSUPPORTED, Delivery.REJECTED);
        fails(EnumSet.of(Kind.STREAM), client, "service", IpcStatus.UNSUPPORTED, Delivery.REJECTED);
        IpcConnection refused = connect(serve(builder -> counting(builder).executor(task -> {
            throw new RejectedExecutionException("as planned");
        })));
        fails(
                EnumSet.of(Kind.REQUEST, Kind.FUTURE),
                refused,
                "service",
                IpcStatus.RESOURCE_EXHAUSTED,
                Delivery.REJECTED);
        fails(EnumSet.of(Kind.STREAM), refused, "stream", IpcStatus.RESOURCE_EXHAUSTED, Delivery.REJECTED);
        assertThat(ran).hasValue(0);
    }

    @Test
    void Y02_whatDoesNotLeaveIsNotSent() {
        IpcServer server = serve(builder -> counting(builder).maxMessageBytes(8192));
        IpcConnection client = connect(server);
        ValueSet large = ValueSet.of("data", new byte[10_000]);
        for (Kind kind : Kind.values()) {
            String service = kind == Kind.STREAM ? "stream" : "service";
            assertThat(kind.fails(client, service, large, IpcStatus.MESSAGE_TOO_LARGE)
                            .delivery())
                    .isEqualTo(Delivery.NOT_SENT);
        }
        client.close();
        fails(all(), client, "service", IpcStatus.CONNECTION_CLOSED, Delivery.NOT_SENT);
        assertThat(ran).hasValue(0);
        if (candidate.namesAreExclusive()) {
            Endpoint taken = server.endpoints().get(0);
            assertThat(failsWith(IpcStatus.ADDRESS_IN_USE, () -> serve(taken, builder -> builder))
                            .delivery())
                    .isEqualTo(Delivery.NOT_SENT);
        }
        assertThat(failsWith(IpcStatus.ENDPOINT_NOT_FOUND, () -> connect(address()))
                        .delivery())
                .isEqualTo(Delivery.NOT_SENT);
    }

    @Test
    void Y03_whatAHandlerSawIsUnknown() {
        IpcConnection client = connect(serve(builder -> builder
                .service("fails", request -> {
                    throw new IllegalStateException("as planned");
                })
                .asyncService(
                        "later", request -> CompletableFuture.failedFuture(new IllegalStateException("as planned")))
                .service("relays", request -> {
                    throw new IpcException(IpcStatus.ACCESS_DENIED, "by another server", Delivery.REJECTED);
                })
                .stream("breaks", request -> TestSource.failing(0, new IllegalStateException("as planned")))));
        Set<Kind> requests = EnumSet.of(Kind.REQUEST, Kind.FUTURE);
        fails(requests, client, "fails", IpcStatus.HANDLER_FAILED, Delivery.UNKNOWN);
        fails(requests, client, "later", IpcStatus.HANDLER_FAILED, Delivery.UNKNOWN);
        fails(requests, client, "relays", IpcStatus.ACCESS_DENIED, Delivery.UNKNOWN);
        fails(EnumSet.of(Kind.STREAM), client, "breaks", IpcStatus.HANDLER_FAILED, Delivery.UNKNOWN);
    }

    @Test
    void Y04_metadataReachesTheHandlerOfEachKind() throws Exception {
        IpcConnection client = connect(serve(builder -> builder
                .service("service", request -> {
                    ran.addAndGet(request.metadata().getInt("tenant"));
                    return EMPTY;
                })
                .stream("stream", request -> {
            ran.addAndGet(request.metadata().getInt("tenant"));
            return TestSource.of(0);
        })));
        for (Kind kind : Kind.values()) {
            kind.outcome(client, kind == Kind.STREAM ? "stream" : "service", EMPTY);
        }
        assertThat(ran).hasValue(21);
    }
}
