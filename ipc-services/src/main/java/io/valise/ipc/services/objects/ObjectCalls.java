package io.valise.ipc.services.objects;

import static java.util.Objects.requireNonNull;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.Request;
import io.valise.ipc.ValueSet;
import io.valise.ipc.services.objects.ExportTable.Exported;
import io.valise.ipc.services.objects.wire.InterfacePlan;
import io.valise.ipc.services.objects.wire.MethodPlan;
import io.valise.ipc.services.objects.wire.StreamPlan;
import io.valise.ipc.spi.mapping.MappedSubscriber;
import io.valise.ipc.spi.schema.ObjectService;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs the peer's calls: finds the object, then the method by its name, and replies. A name from the peer is looked up
 * only in the tables of exported objects and methods. Thread-safe.
 */
final class ObjectCalls {
    /** Calls of objects that the peer holds; their id is in the message. */
    static final String SERVICE = ObjectService.HELD;
    /** Subscriptions to publishers that the peer holds. */
    static final String STREAMS = "objects.stream";

    private final RemoteObjects objects;

    ObjectCalls(RemoteObjects objects) {
        this.objects = objects;
    }

    /** The service by which an exported object is called. */
    static String rootService(InterfacePlan plan) {
        return ObjectService.ROOT + plan.name();
    }

    /** Answers a call of an object that the peer holds. */
    CompletionStage<ValueSet> call(Request request) throws Exception {
        Exported exported = objects.held(request.message().getLong(ObjectService.OBJECT));
        if (exported.offer instanceof InterfacePlan plan) {
            return call(exported.target, plan, request);
        }
        throw new IpcException(IpcStatus.UNSUPPORTED, "a Flow.Publisher is subscribed to, not called");
    }

    /** Answers a call of an object by one of its interfaces. */
    CompletionStage<ValueSet> call(Object target, InterfacePlan plan, Request request) throws Exception {
        ValueSet message = request.message();
        String other = message.getString(ObjectService.AS, "");
        if (!other.isEmpty()) {
            return reference(target, plan, other);
        }
        MethodPlan method = plan.ofKey(message.getString(ObjectService.METHOD, ""));
        if (method == null) {
            throw noSuchMethod(plan, message);
        }
        Object result = request.call(() -> invoke(method, target, message));
        return method.isAsync()
                ? answerLater((CompletionStage<?>) result, method, request)
                : CompletableFuture.completedFuture(reply(method, result, request));
    }

    /** Replies with a reference to an object, by the interface that the caller asks for. */
    CompletionStage<ValueSet> give(Object named, InterfacePlan plan, Request request) {
        return reference(named, plan, asked(request));
    }

    /**
     * Makes an object for a caller that may hold one more and still waits, and replies with a reference to it. Only the
     * object itself tells which interfaces it offers besides the one that it was exported by: one made in vain is let go.
     */
    CompletionStage<ValueSet> make(Supplier<?> factory, InterfacePlan plan, Request request) throws Exception {
        String other = asked(request);
        checkWaiting(request);
        objects.exports().checkRoom();
        Object made = requireNonNull(request.call(factory::get), "the factory returned null; return an object");
        boolean given = false;
        try {
            checkWaiting(request);
            CompletionStage<ValueSet> reply = reference(made, plan, other);
            given = true;
            return reply;
        } finally {
            if (!given) {
                objects.madeInVain(made);
            }
        }
    }

    private static String asked(Request request) {
        String name = request.message().getString(ObjectService.AS, "");
        if (name.isEmpty()) {
            throw new IpcException(
                    IpcStatus.PROTOCOL_ERROR,
                    "service " + request.service() + ": expected=the name of an interface as \"" + ObjectService.AS
                            + "\", actual=none");
        }
        return name;
    }

    /** A caller that is gone gets no references, since it would not release them. */
    private static void checkWaiting(Request request) {
        if (request.isCancelled()) {
            throw new IpcException(IpcStatus.CANCELLED, "the caller has given up");
        }
    }

    private CompletionStage<ValueSet> reference(Object target, InterfacePlan plan, String other) {
        return CompletableFuture.completedFuture(
                objects.passedReferences().send(target, other.equals(plan.name()) ? plan : marked(target, other)));
    }

    private @Nullable Object invoke(MethodPlan method, Object target, ValueSet message) throws Exception {
        try {
            return method.invoke(target, message, objects.passedReferences());
        } catch (Throwable e) {
            Throwable answer = method.sent(e);
            if (answer instanceof Error error) {
                throw error;
            }
            throw answer instanceof Exception known ? known : new IllegalStateException(answer.toString(), answer);
        }
    }

    private CompletionStage<ValueSet> answerLater(
            @Nullable CompletionStage<?> result, MethodPlan method, Request request) {
        if (result == null) {
            throw new NullPointerException("an asynchronous method answered null; answer a CompletionStage");
        }
        request.onCancel(() -> result.toCompletableFuture().cancel(true));
        return result.handle((@Nullable Object value, @Nullable Throwable failure) -> {
            if (failure == null) {
                return reply(method, value, request);
            }
            Throwable thrown = failure instanceof CompletionException ? failure.getCause() : failure;
            throw new CompletionException(method.sent(thrown == null ? failure : thrown));
        });
    }

    private ValueSet reply(MethodPlan method, @Nullable Object value, Request request) {
        checkWaiting(request);
        PassedReferences references = objects.passedReferences();
        try {
            return method.reply(value, references);
        } catch (RuntimeException | Error e) {
            references.takeBack();
            throw e;
        }
    }

    private static IpcException noSuchMethod(InterfacePlan plan, ValueSet message) {
        return new IpcException(
                IpcStatus.UNSUPPORTED,
                plan.name() + ": it has no method " + message.getString(ObjectService.METHOD, "")
                        + " in this version; it has " + new TreeSet<>(plan.keys()));
    }

    // ---- as()

    private static InterfacePlan marked(Object target, String name) {
        Set<Class<?>> seen = new HashSet<>();
        Deque<Class<?>> toLook = new ArrayDeque<>();
        toLook.add(target.getClass());
        for (Class<?> type = toLook.poll(); type != null; type = toLook.poll()) {
            if (type.isAnnotationPresent(RemoteInterface.class)
                    && InterfacePlan.nameOf(type).equals(name)) {
                return InterfacePlan.of(type);
            }
            Class<?> parent = type.getSuperclass();
            if (parent != null && seen.add(parent)) {
                toLook.add(parent);
            }
            for (Class<?> implemented : type.getInterfaces()) {
                if (seen.add(implemented)) {
                    toLook.add(implemented);
                }
            }
        }
        throw new IpcException(
                IpcStatus.UNSUPPORTED,
                "the object does not offer " + name + "; as() gives interfaces that are marked @RemoteInterface");
    }

    // ---- streams

    /** Answers a subscription to a publisher that the peer holds. */
    Flow.Publisher<ValueSet> stream(Request request) {
        Exported exported = objects.held(request.message().getLong(ObjectService.OBJECT));
        if (exported.offer instanceof StreamPlan plan && exported.target instanceof Flow.Publisher<?> publisher) {
            return MappedSubscriber.publisher(publisher, item -> message(plan, item));
        }
        throw new IpcException(IpcStatus.UNSUPPORTED, "the object is no Flow.Publisher; call it");
    }

    private ValueSet message(StreamPlan plan, Object item) {
        return plan.message(item, objects.passedReferences());
    }
}
