package io.valise.ipc.opentelemetry;

import io.opentelemetry.sdk.trace.data.SpanData;
import io.valise.ipc.IpcServer;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.process.CommandLoop;
import java.util.List;
import java.util.stream.Collectors;

/** A server process that records spans; started with an address, it tells of them on command. */
final class TracedServer implements CommandLoop.Commands {
    private final Recorded recorded = new Recorded();

    private TracedServer(String address) {
        IpcServer.builder(address)
                .interceptHandlers(recorded.telemetry().handlers())
                .interceptCalls(recorded.telemetry().calls())
                .service(
                        "order",
                        request -> recorded.during(
                                "look up", () -> request.connection().request("stock", request.message())))
                .asyncService("left", request -> request.connection().requestAsync("stock", ValueSet.empty()))
                .start();
    }

    public static void main(String[] arguments) {
        CommandLoop.run(new TracedServer(arguments[0]));
    }

    /** Of each span, in the order in which they ended: trace, parent, own id, kind and name. */
    @Override
    public String run(String command, List<String> words) throws Exception {
        return recorded.spans(Integer.parseInt(words.get(0))).stream()
                .map(TracedServer::text)
                .collect(Collectors.joining("; "));
    }

    static String text(SpanData span) {
        return String.join(
                " ",
                span.getTraceId(),
                span.getParentSpanId(),
                span.getSpanId(),
                span.getKind().name(),
                span.getName());
    }
}
