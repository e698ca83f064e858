package io.valise.ipc.internal.serve;

import io.valise.ipc.AsyncRequestHandler;
import io.valise.ipc.EventHandler;
import io.valise.ipc.RequestHandler;
import io.valise.ipc.StreamHandler;
import io.valise.ipc.internal.frame.Names;
import io.valise.ipc.internal.work.Context;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What one end offers: services and event handlers by name. What a parent offers is offered too, unless it is overridden
 * here: the sessions of a server share the builder's as their parent. Thread-safe.
 */
public final class Services {
    private final @Nullable Services parent;
    private final Context context;
    private final Map<String, Service> services = new ConcurrentHashMap<>();
    private final Map<String, EventHandler> events = new ConcurrentHashMap<>();

    /** Nothing but the built-in services. */
    public Services() {
        this(null);
    }

    public Services(@Nullable Services parent) {
        this.parent = parent;
        this.context = parent == null ? Context.current() : parent.context;
    }

    /** What the code of the application runs under: what was current when the first of the line was made. */
    public Context context() {
        return context;
    }

    /** Adds a service under a name that is free and not reserved. */
    private void add(String name, Service service) {
        if (services.putIfAbsent(Names.checkFree("service", name), service) != null) {
            throw new IllegalArgumentException("service " + name + ": it is registered already; choose another name");
        }
    }

    /** Adds a service. */
    public void service(String name, RequestHandler handler) {
        add(name, Service.ofRequests(handler));
    }

    /** Adds a service that answers later. */
    public void asyncService(String name, AsyncRequestHandler handler) {
        add(name, Service.ofAsyncRequests(handler));
    }

    /** Adds a service that answers with a stream. */
    public void stream(String name, StreamHandler handler) {
        add(name, Service.ofStreams(handler));
    }

    /** Sets the handler of an event, and replaces the one before; the name must not be reserved. */
    public void onEvent(String name, EventHandler handler) {
        events.put(Names.checkFree("event", name), handler);
    }

    /** Adds one of the library's own. */
    public void addBuiltIn(String name, RequestHandler handler) {
        services.put(name, Service.builtIn(handler));
    }

    @Nullable Service service(String name) {
        Service found = services.get(name);
        return found != null || parent == null ? found : parent.service(name);
    }

    @Nullable EventHandler event(String name) {
        EventHandler found = events.get(name);
        return found != null || parent == null ? found : parent.event(name);
    }

    /** Whether nothing was added here, or to the parents. */
    public boolean isEmpty() {
        return services.isEmpty() && events.isEmpty() && (parent == null || parent.isEmpty());
    }

    /** The names of all services, sorted. */
    public SortedSet<String> names() {
        SortedSet<String> names = parent == null ? new TreeSet<>() : parent.names();
        names.addAll(services.keySet());
        return names;
    }
}
