package io.valise.ipc.services.objects;

import static java.util.Objects.requireNonNull;

import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import io.valise.ipc.services.objects.wire.InterfacePlan;
import io.valise.ipc.services.objects.wire.MethodPlan;
import io.valise.ipc.spi.schema.ObjectService;
import java.lang.ref.Reference;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The invocation handler of a proxy: it sends the calls. A root has no lease: the peer does not count references to it.
 * Thread-safe.
 */
final class RemoteReference implements InvocationHandler, RemoteObject {
    private final RemoteObjects owner;
    private final InterfacePlan plan;
    private final String service;
    private final @Nullable Lease lease;
    /** How calls are set up; null where there are no options. */
    private final @Nullable Consumer<? super IpcConnection.Call> options;

    private RemoteReference(RemoteObjects owner, InterfacePlan plan, String service, @Nullable Long id) {
        this.owner = owner;
        this.plan = plan;
        this.service = service;
        this.lease = id == null ? null : new Lease(this, id, owner);
        this.options = null;
    }

    private RemoteReference(RemoteReference origin, Consumer<? super IpcConnection.Call> options) {
        this.owner = origin.owner;
        this.plan = origin.plan;
        this.service = origin.service;
        this.lease = origin.lease;
        this.options = options;
    }

    static Object root(RemoteObjects owner, InterfacePlan plan) {
        return plan.proxy(new RemoteReference(owner, plan, ObjectCalls.rootService(plan), null));
    }

    static Object leased(RemoteObjects owner, InterfacePlan plan, long id) {
        return plan.proxy(new RemoteReference(owner, plan, ObjectCalls.SERVICE, id));
    }

    /** The same reference, whose calls have options, besides those that they have already. */
    Object with(Consumer<? super IpcConnection.Call> more) {
        // It refers to this reference, whose lease would be released as garbage otherwise.
        Consumer<IpcConnection.Call> all = call -> {
            setUp(call);
            more.accept(call);
        };
        RemoteReference with = new RemoteReference(this, all);
        with.call(); // an option that is refused is refused now
        return plan.proxy(with);
    }

    /** The id by which the peer of that connection knows the object, or null when it does not. */
    @Nullable Long idFor(RemoteObjects connection) {
        return owner == connection && lease != null ? Long.valueOf(lease.id()) : null;
    }

    // ---- calls

    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        MethodPlan called = plan.ofMethod(method);
        if (called == null) {
            return local(method, arguments);
        }
        Lease closed = called.closes() ? lease : null;
        if (closed != null && !closed.isOpen()) {
            return null; // as closing twice usually is
        }
        try {
            return called.isAsync() ? callAsync(called, arguments) : call(called, arguments);
        } finally {
            if (closed != null) {
                closed.release();
            }
            // Otherwise the lease could be released as garbage during the call.
            Reference.reachabilityFence(this);
            Reference.reachabilityFence(arguments);
        }
    }

    private @Nullable Object call(MethodPlan method, @Nullable Object @Nullable [] arguments) throws Throwable {
        PassedReferences references = owner.passedReferences();
        ValueSet message = message(method, arguments, references);
        try {
            return method.result(request(message), references);
        } catch (IpcException e) {
            references.failed(e);
            throw method.received(e);
        }
    }

    private CompletableFuture<@Nullable Object> callAsync(MethodPlan method, @Nullable Object @Nullable [] arguments) {
        PassedReferences references = owner.passedReferences();
        ValueSet message = message(method, arguments, references);
        CompletableFuture<ValueSet> reply =
                options == null ? owner.connection().requestAsync(service, message) : call().requestAsync(message);
        CompletableFuture<@Nullable Object> result = new Answer<>(reply);
        reply.whenComplete((@Nullable ValueSet answer, @Nullable Throwable failure) -> {
                    try {
                        complete(result, method, answer, failure, references);
                    } finally {
                        Reference.reachabilityFence(this);
                        Reference.reachabilityFence(arguments);
                    }
                })
                .exceptionally(handedOn -> null);
        return result;
    }

    private static void complete(
            CompletableFuture<@Nullable Object> result,
            MethodPlan method,
            @Nullable ValueSet answer,
            @Nullable Throwable failure,
            PassedReferences references) {
        if (answer == null) {
            Throwable known = references.failed(failure);
            result.completeExceptionally(known instanceof IpcException told ? method.received(told) : known);
            return;
        }
        try {
            result.complete(method.result(answer, references));
        } catch (RuntimeException | Error e) {
            result.completeExceptionally(e);
        }
    }

    private ValueSet request(ValueSet message) {
        return options == null ? owner.connection().request(service, message) : call().request(message);
    }

    private IpcConnection.Call call() {
        IpcConnection.Call call = owner.connection().call(service);
        setUp(call);
        return call;
    }

    private void setUp(IpcConnection.Call call) {
        if (options != null) {
            options.accept(call);
        }
    }

    private ValueSet message(MethodPlan method, @Nullable Object @Nullable [] arguments, PassedReferences references) {
        ValueSet.Builder message = address();
        try {
            method.call(message, arguments, references);
            return message.build();
        } catch (RuntimeException | Error e) {
            references.takeBack();
            throw e;
        }
    }

    private ValueSet.Builder address() {
        ValueSet.Builder message = ValueSet.builder();
        return lease == null ? message : message.put(ObjectService.OBJECT, lease.id());
    }

    /** Cancelling it cancels the call at the peer. */
    private static final class Answer<T extends @Nullable Object> extends CompletableFuture<T> {
        private final CompletableFuture<ValueSet> reply;

        Answer(CompletableFuture<ValueSet> reply) {
            this.reply = reply;
        }

        @Override
        public boolean cancel(boolean mayInterrupt) {
            boolean cancelled = super.cancel(mayInterrupt);
            reply.cancel(mayInterrupt);
            return cancelled;
        }
    }

    // ---- what never leaves this process

    private @Nullable Object local(Method method, @Nullable Object @Nullable [] arguments) {
        Object argument = arguments == null || arguments.length == 0 ? null : arguments[0];
        return switch (method.getName()) {
            case "as" -> as((Class<?>) requireNonNull(argument, "interface"));
            case "close" -> {
                close();
                yield null;
            }
            case "equals" -> argument != null && isSame(argument);
            case "hashCode" -> hash();
            default -> toString();
        };
    }

    private boolean isSame(Object proxy) {
        if (!Proxy.isProxyClass(proxy.getClass())
                || !(Proxy.getInvocationHandler(proxy) instanceof RemoteReference other)) {
            return false;
        }
        return owner == other.owner
                && service.equals(other.service)
                && ((lease == null || other.lease == null) ? lease == other.lease : lease.isTo(other.lease));
    }

    private int hash() {
        return lease == null ? service.hashCode() : lease.hashCode();
    }

    @Override
    public <T> T as(Class<T> other) {
        InterfacePlan wanted = InterfacePlan.of(other);
        ValueSet question = address().put(ObjectService.AS, wanted.name()).build();
        ValueSet answer = request(question);
        return other.cast(owner.passedReferences().receive(answer, wanted));
    }

    @Override
    public void close() {
        if (lease != null) {
            lease.release();
        }
    }

    @Override
    public String toString() {
        return plan.type().getSimpleName() + " at " + owner.connection().endpoint();
    }
}
