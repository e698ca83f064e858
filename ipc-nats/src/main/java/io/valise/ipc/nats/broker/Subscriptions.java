package io.valise.ipc.nats.broker;

import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.MessageHandler;
import io.nats.client.Subscription;
import io.valise.ipc.IpcException;
import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.runtime.Threads;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What is received by a connection to a broker, all of it by one thread. Thread-safe. */
final class Subscriptions {
    private static final SafeLog LOG = SafeLog.of(Subscriptions.class);

    private final BrokerSettings settings;
    private final Dispatcher dispatcher;

    private Subscriptions(BrokerSettings settings, Dispatcher dispatcher) {
        this.settings = settings;
        this.dispatcher = dispatcher;
    }

    /**
     * None yet. A connection that cannot have any is closed: nothing else would close it.
     *
     * @param handler of what comes to a subject without a handler of its own
     * @param heard what the connection has told its listener
     * @throws IpcException as {@link Failures#toConnect} says
     */
    static Subscriptions of(
            BrokerSettings settings, Connection connection, MessageHandler handler, List<Exception> heard) {
        boolean done = false;
        try {
            Dispatcher dispatcher = connection.createDispatcher(handler);
            dispatcher.setPendingLimits(0, 0); // what may be on its way is bounded by the links
            Subscriptions none = new Subscriptions(settings, dispatcher);
            done = true;
            return none;
        } catch (RejectedExecutionException e) { // it needs one more thread than the connection
            throw Failures.toConnect(settings, e, List.of());
        } catch (IllegalStateException e) { // the broker has ended the connection just now
            throw Failures.toConnect(settings, new IOException("it ended at once", e), List.copyOf(heard));
        } finally {
            if (!done) {
                close(settings, connection);
            }
        }
    }

    /** Ends a connection; returns when it has ended. */
    static void close(BrokerSettings settings, Connection connection) {
        try {
            connection.close();
        } catch (InterruptedException e) {
            LOG.log(Level.DEBUG, "closing the connection to " + settings.shown(), e);
            Thread.currentThread().interrupt();
        }
    }

    /** Whether messages have arrived that were not handled yet. */
    boolean isBehind() {
        return dispatcher.getPendingMessageCount() > 0;
    }

    /** Receives what is sent to a subject. */
    void subscribe(String subject) {
        uninterrupted(() -> dispatcher.subscribe(subject));
    }

    /**
     * Receives what is sent to a subject, or its share where a group listens.
     *
     * @return ends it
     */
    Runnable subscribe(String subject, String queue, MessageHandler handler) {
        return subscribe(subject, queue, handler, this::runUninterrupted);
    }

    /** As that; {@code byThread} runs what ends it by another thread and waits, and may throw what {@link Threads#start} does. */
    Runnable subscribe(String subject, String queue, MessageHandler handler, Consumer<Runnable> byThread) {
        Subscription subscription = uninterrupted(() -> dispatcher.subscribe(subject, queue, handler));
        return () -> {
            if (subscription != null) {
                end(subscription, byThread);
            }
        };
    }

    /** One that does not end takes its share of what others of the group wait for. */
    private void end(Subscription subscription, Consumer<Runnable> byThread) {
        try {
            byThread.accept(() -> dispatcher.unsubscribe(subscription));
        } catch (IpcException noThread) {
            LOG.log(Level.DEBUG, "ending a subscription by the calling thread", noThread);
            endHere(subscription);
        }
    }

    private void endHere(Subscription subscription) {
        boolean interrupted = Thread.interrupted();
        try {
            dispatcher.unsubscribe(subscription);
        } catch (IllegalStateException ended) { // told by lost()
            LOG.log(Level.DEBUG, "NATS broker at " + settings.shown(), ended);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void runUninterrupted(Runnable task) {
        uninterrupted(() -> {
            task.run();
            return null;
        });
    }

    /** As {@link BrokerConnection#publish}, but nothing tells what was dropped. */
    private <T> @Nullable T uninterrupted(Callable<T> call) {
        try {
            return Threads.callOnNewThread("valise-nats-subscribe", call);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IllegalStateException ended) { // told by lost()
                LOG.log(Level.DEBUG, "NATS broker at " + settings.shown(), ended);
                return null;
            }
            throw new IllegalStateException("NATS broker at " + settings.shown(), e.getCause());
        }
    }
}
