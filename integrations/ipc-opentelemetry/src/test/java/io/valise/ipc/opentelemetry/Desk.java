package io.valise.ipc.opentelemetry;

import io.opentelemetry.api.trace.Span;
import io.valise.ipc.services.objects.Unreferenced;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A remote object of the tests. */
interface Desk {
    /** The id of the span that is current while the method runs. */
    String spanId();

    /** The same, of a method that answers later. */
    CompletionStage<String> spanIdLater();

    /** Another one, which the caller holds. */
    Desk another();

    /** Completes {@code left} when no caller holds it any more. Thread-safe. */
    record OpenDesk(CompletableFuture<Boolean> left) implements Desk, Unreferenced {
        @Override
        public String spanId() {
            return Span.current().getSpanContext().getSpanId();
        }

        @Override
        public CompletionStage<String> spanIdLater() {
            return CompletableFuture.completedFuture(spanId());
        }

        @Override
        public Desk another() {
            return new OpenDesk(left);
        }

        @Override
        public void unreferenced() {
            left.complete(true);
        }
    }
}
