package io.valise.ipc.micrometer;

import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.valise.ipc.CallContext;
import io.valise.ipc.CallKind;
import io.valise.ipc.Interceptor;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.OutgoingCall;
import io.valise.ipc.Reply;
import io.valise.ipc.spi.schema.ObjectService;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Interceptors that time calls: {@code valise.server.calls} around handlers, {@code valise.client.calls} around the calls
 * that an end makes. The tags: {@code service} (or event), {@code method} of a remote object or {@code none}, {@code kind}
 * ({@code request}, {@code stream}, {@code event}) and {@code status}, a name of {@link IpcStatus}. A stream is timed until
 * it ends, an event until it was handled, or sent. Immutable and thread-safe.
 *
 * @since 0.1.0
 */
public final class CallTimers {
    private static final String NONE = "none";
    /** Stands for what the peer does not know: that may be any text, and each text would be a timer. */
    private static final String OTHER = "_OTHER";

    private final MeterRegistry registry;
    private final Tags tags;

    private CallTimers(MeterRegistry registry, Tags tags) {
        this.registry = registry;
        this.tags = tags;
    }

    /**
     * Timers of a registry.
     *
     * @param tags what all timers have beside their own tags
     */
    public static CallTimers of(MeterRegistry registry, Tag... tags) {
        return new CallTimers(registry, Tags.of(Arrays.asList(tags)));
    }

    /** For {@code interceptHandlers} of a builder: times what the peer calls. The outermost times what the others do, too. */
    public Interceptor<CallContext> handlers() {
        MeterProvider<Timer> timers = timers("server", "Calls of peers that were handled");
        return (call, next) -> ObjectService.isRelease(call.kind(), call.name())
                ? next.proceed(call)
                : timed(timers, call.kind(), call.name(), call.method(), () -> next.proceed(call));
    }

    /** For {@code interceptCalls} of a builder: times the calls that this end makes. */
    public Interceptor<OutgoingCall> calls() {
        MeterProvider<Timer> timers = timers("client", "Calls of this end");
        return (call, next) -> ObjectService.isRelease(call.kind(), call.name())
                ? next.proceed(call)
                : timed(timers, call.kind(), call.name(), call.method(), () -> next.proceed(call));
    }

    private MeterProvider<Timer> timers(String side, String what) {
        return Timer.builder("valise." + side + ".calls")
                .description(what)
                .tags(tags)
                .withRegistry(registry);
    }

    /** The rest of a call. */
    private interface Rest {
        CompletionStage<Reply> proceed();
    }

    private static CompletionStage<Reply> timed(
            MeterProvider<Timer> timers, CallKind kind, String name, Optional<String> method, Rest rest) {
        long begun = System.nanoTime();
        return rest.proceed().whenComplete((@Nullable Reply reply, @Nullable Throwable failure) -> {
            long nanos = System.nanoTime() - begun;
            boolean known = !ObjectService.isUnknown(method, failure);
            timers.withTags(
                            "service",
                            known ? name : OTHER,
                            "method",
                            method.map(of -> known ? of : OTHER).orElse(NONE),
                            "kind",
                            kind.name().toLowerCase(Locale.ROOT),
                            "status",
                            IpcStatus.of(failure).name())
                    .record(nanos, TimeUnit.NANOSECONDS);
        });
    }
}
