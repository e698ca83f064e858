package io.valise.ipc.spring;

import io.valise.ipc.CallContext;
import io.valise.ipc.EndBuilder;
import io.valise.ipc.Request;
import io.valise.ipc.ValueSet;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.util.ReflectionUtils;

/** The handlers of a bean: its methods marked {@link IpcHandler} and {@link IpcEvent}. Thread-safe if the bean is. */
final class HandlerBean {
    private final Object bean;
    private final Map<Method, ServiceMethod> methods;

    /**
     * Finds them.
     *
     * @throws IllegalStateException when one has a form that no handler has
     */
    HandlerBean(Object bean) {
        this.bean = bean;
        this.methods = ServiceMethod.of(AopUtils.getTargetClass(bean));
    }

    boolean isEmpty() {
        return methods.isEmpty();
    }

    /**
     * Adds them.
     *
     * @param taken the methods by what they handle, to which these are added
     * @throws IllegalStateException when a name is taken, or the bean is a proxy that cannot pass a call on
     */
    void addTo(EndBuilder<?> builder, Map<String, Method> taken) {
        methods.values().forEach(method -> {
            String handled = (method.form() == ServiceMethod.Form.EVENT ? "event " : "service ") + method.name();
            Method other = taken.putIfAbsent(handled, method.method());
            if (other != null) {
                throw new IllegalStateException(method.method() + ": handlers of " + handled
                        + ": limit=1, actual=2, the other is " + other + "; name one of them in its annotation");
            }
            add(new Handler(bean, method), builder);
        });
    }

    private static void add(Handler handler, EndBuilder<?> builder) {
        String name = handler.of.name();
        switch (handler.of.form()) {
            case REPLY -> builder.service(name, request -> handler.written(handler.call(request.message(), request)));
            case LATER -> builder.asyncService(name, handler::later);
            case STREAM -> addStreams(handler, name, builder);
            case EVENT -> builder.onEvent(name, event -> handler.call(event.message(), event));
        }
        describe(handler.of, builder);
    }

    /** Has the schema of the server tell the types of a handler; a stream that maps its items tells them by itself. */
    private static void describe(ServiceMethod of, EndBuilder<?> builder) {
        if (of.isTyped() && of.form() == ServiceMethod.Form.EVENT) {
            builder.describeEvent(of.name(), of.message());
        } else if (of.isTyped() && (of.form() != ServiceMethod.Form.STREAM || of.contextAt() >= 0)) {
            builder.describe(of.name(), of.message(), of.result() == void.class ? ValueSet.class : of.result());
        }
    }

    private static void addStreams(Handler handler, String name, EndBuilder<?> builder) {
        ServiceMethod of = handler.of;
        if (of.contextAt() < 0) {
            typedStream(builder, name, of.message(), of.result(), handler);
        } else if (of.result() == ValueSet.class) {
            builder.stream(name, handler::open);
        } else {
            throw new IllegalStateException(
                    of.method() + ": items: expected=ValueSet beside a parameter Request, actual="
                            + of.result().getName() + "; make ValueSets of them, or remove the parameter");
        }
    }

    @SuppressWarnings("unchecked") // the method says what it publishes
    private static <A, T> void typedStream(
            EndBuilder<?> builder, String name, Class<A> ask, Class<T> item, Handler handler) {
        builder.stream(name, ask, item, asked -> (Flow.Publisher<T>) handler.result(Flow.Publisher.class, asked));
    }

    /** One method of the bean. */
    private record Handler(Object bean, ServiceMethod of, Method invoked) {
        Handler(Object bean, ServiceMethod of) {
            this(bean, of, AopUtils.selectInvocableMethod(of.method(), bean.getClass()));
            int modifiers = invoked.getModifiers();
            if (AopUtils.isCglibProxy(bean) && Modifier.isFinal(modifiers) && !Modifier.isStatic(modifiers)) {
                throw new IllegalStateException(
                        invoked + ": the bean is a proxy, which cannot pass on a final method; remove final");
            }
            ReflectionUtils.makeAccessible(invoked);
        }

        @Nullable Object call(ValueSet message, CallContext context) throws Exception {
            return invoke(of.arguments(message.to(of.message()), context));
        }

        /** For a message that was read already. */
        <R> R result(Class<R> type, Object message) throws Exception {
            return given(type.cast(invoke(of.arguments(message, null))));
        }

        @SuppressWarnings("unchecked") // the method says what it publishes
        Flow.Publisher<ValueSet> open(Request request) throws Exception {
            return (Flow.Publisher<ValueSet>) given(call(request.message(), request));
        }

        CompletionStage<ValueSet> later(Request request) throws Exception {
            CompletionStage<?> reply = (CompletionStage<?>) given(call(request.message(), request));
            if (reply instanceof Future<?> future) {
                request.onCancel(() -> future.cancel(false));
            }
            return reply.thenApply(this::written);
        }

        ValueSet written(@Nullable Object result) {
            return of.result() == void.class ? ValueSet.empty() : message(given(result), of.result());
        }

        private static <R> ValueSet message(Object result, Class<R> type) {
            return ValueSet.from(type.cast(result), type);
        }

        private static <T> T given(@Nullable T result) {
            if (result == null) {
                throw new IllegalStateException("the handler returned null; return a value");
            }
            return result;
        }

        private @Nullable Object invoke(Object[] arguments) throws Exception {
            try {
                return invoked.invoke(bean, arguments);
            } catch (InvocationTargetException e) {
                Throwable thrown = e.getTargetException();
                if (thrown instanceof Error error) {
                    throw error;
                }
                throw (Exception) thrown;
            }
        }
    }
}
