package io.valise.ipc.opentelemetry;

import static java.util.Objects.requireNonNull;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.valise.ipc.CallContext;
import io.valise.ipc.CallKind;
import io.valise.ipc.Interceptor;
import io.valise.ipc.OutgoingCall;
import io.valise.ipc.ValueSet;
import io.valise.ipc.spi.schema.ObjectService;

/**
 * Makes spans and durations of calls, and carries the trace context and the baggage to the peer, in the metadata of the call.
 * One interceptor for each end:
 *
 * <pre>{@code
 * IpcTelemetry telemetry = IpcTelemetry.of(openTelemetry);
 * IpcServer.builder("any:quotes").interceptHandlers(telemetry.handlers()) …
 * IpcClient.builder("any:quotes").interceptCalls(telemetry.calls()) …
 * }</pre>
 *
 * <p><b>Spans</b> are those of OpenTelemetry's conventions for RPC, version 1.45: of kind {@code CLIENT} around calls and {@code
 * SERVER} around handlers, named by {@code rpc.method}, with {@code rpc.system.name} {@code valise}, {@code rpc.status_code}, {@code
 * server.address} and, of failures, {@code error.type}, a status and the exception. They last until the reply, the end of the stream,
 * or the end of the event's handler. Each status but {@code OK} and {@code CANCELLED} is an error.
 *
 * <p><b>Metrics</b> are the histograms {@code rpc.client.call.duration} and {@code rpc.server.call.duration}, in seconds.
 *
 * <p><b>Context.</b> The parent of a call's span is the current context of the thread that calls; that of a handler's span comes from
 * the metadata alone. The span is current while the handler runs on the thread it was begun on. Events have no metadata, so
 * that their handlers begin traces of their own. What the library sends to release remote objects is not observed.
 *
 * <p>Immutable and thread-safe.
 *
 * @see <a href="https://opentelemetry.io/docs/specs/semconv/rpc/">Semantic conventions for RPC</a>
 * @since 0.1.0
 */
public final class IpcTelemetry {
    private final TextMapPropagator propagator;
    private final CallRecorder handled;
    private final CallRecorder made;

    private IpcTelemetry(OpenTelemetry openTelemetry) {
        this.propagator = openTelemetry.getPropagators().getTextMapPropagator();
        this.handled = new CallRecorder(openTelemetry, SpanKind.SERVER, "rpc.server.call.duration");
        this.made = new CallRecorder(openTelemetry, SpanKind.CLIENT, "rpc.client.call.duration");
    }

    /** One that uses the tracers, meters and propagators of an instance. */
    public static IpcTelemetry of(OpenTelemetry openTelemetry) {
        return new IpcTelemetry(requireNonNull(openTelemetry, "openTelemetry"));
    }

    /** Goes around the handlers of a server or client; the outermost, so that it sees what other interceptors do. */
    public Interceptor<CallContext> handlers() {
        return (call, next) -> {
            if (ObjectService.isRelease(call.kind(), call.name())) {
                return next.proceed(call);
            }
            Context sent = propagator.extract(Context.root(), call.metadata(), MetadataGetter.INSTANCE);
            return handled.record(
                    new CallName(call.name(), call.method(), call.connection().endpoint()),
                    sent,
                    context -> next.proceed(call));
        };
    }

    /** Goes around the calls that a server or client makes; the outermost, so that it sees what other interceptors do. */
    public Interceptor<OutgoingCall> calls() {
        return (call, next) -> ObjectService.isRelease(call.kind(), call.name())
                ? next.proceed(call)
                : made.record(
                        new CallName(
                                call.name(), call.method(), call.connection().endpoint()),
                        Context.current(),
                        context -> next.proceed(carrying(call, context)));
    }

    private OutgoingCall carrying(OutgoingCall call, Context context) {
        if (call.kind() == CallKind.EVENT) {
            return call;
        }
        ValueSet.Builder metadata = ValueSet.builder();
        propagator.inject(context, metadata, (carrier, key, value) -> {
            if (carrier != null) {
                carrier.put(key, value);
            }
        });
        ValueSet carried = metadata.build();
        return carried.isEmpty() ? call : call.withMetadata(carried);
    }
}
