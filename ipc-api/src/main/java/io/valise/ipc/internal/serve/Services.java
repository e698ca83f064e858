package io.valise.ipc.internal.serve;

import io.valise.ipc.AsyncRequestHandler;
import io.valise.ipc.CallContext;
import io.valise.ipc.EventHandler;
import io.valise.ipc.Interceptor;
import io.valise.ipc.RequestHandler;
import io.valise.ipc.StreamHandler;
import io.valise.ipc.internal.frame.Names;
import io.valise.ipc.internal.work.Context;
import io.valise.ipc.internal.work.LatencySwitch;
import io.valise.ipc.spi.schema.Definitions;
import io.valise.ipc.spi.schema.Described;
import io.valise.ipc.spi.schema.Offer;
import io.valise.ipc.spi.schema.Schema;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
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
    /** Shared by the line, as are the next three. */
    private final List<Interceptor<CallContext>> interceptors;

    private final LatencySwitch latency;
    /** The types that were declared for handlers of ValueSets. */
    private final Map<String, Described> declaredServices;

    private final Map<String, Described> declaredEvents;

    /** Nothing but the built-in services. */
    public Services() {
        this(null);
    }

    public Services(@Nullable Services parent) {
        this.parent = parent;
        this.context = parent == null ? Context.current() : parent.context;
        this.interceptors = parent == null ? new CopyOnWriteArrayList<>() : parent.interceptors;
        this.latency = parent == null ? new LatencySwitch() : parent.latency;
        this.declaredServices = parent == null ? new ConcurrentHashMap<>() : parent.declaredServices;
        this.declaredEvents = parent == null ? new ConcurrentHashMap<>() : parent.declaredEvents;
    }

    /** What the code of the application runs under: what was current when the first of the line was made. */
    public Context context() {
        return context;
    }

    /** Whether requests are measured. */
    public LatencySwitch latency() {
        return latency;
    }

    /** Adds one around all handlers of the line, inside of those before; not for the library's own services. */
    public void intercept(Interceptor<CallContext> interceptor) {
        interceptors.add(interceptor);
    }

    /** Runs handlers inside of the interceptors that there are now; null when there is none. */
    @Nullable InterceptedHandlers intercepted() {
        return interceptors.isEmpty() ? null : new InterceptedHandlers(interceptors);
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

    /**
     * Sets the handler of an event, and replaces the one before, with what was declared of that; the name must not be
     * reserved.
     */
    public void onEvent(String name, EventHandler handler) {
        events.put(Names.checkFree("event", name), handler);
        if (parent == null) {
            declaredEvents.remove(name);
        }
    }

    /** Declares the types of a service or stream that was added, and whose handler tells none. */
    public void describe(String name, Described types) {
        Service added = services.get(name);
        Object handler = added == null || added.isBuiltIn() ? null : added.handler();
        declare(declaredServices, "service", name, handler, types);
    }

    /** Declares the type of an event that has a handler which tells none. */
    public void describeEvent(String name, Described type) {
        declare(declaredEvents, "event", name, events.get(name), type);
    }

    private static void declare(
            Map<String, Described> declared, String kind, String name, @Nullable Object handler, Described types) {
        if (handler == null) {
            throw new IllegalArgumentException(kind + " " + name
                    + ": it is described, but has no handler; add its handler first, or correct the name");
        }
        if (handler instanceof Described || declared.putIfAbsent(name, types) != null) {
            throw new IllegalArgumentException(
                    kind + " " + name + ": its types are known already; remove the second description");
        }
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
        return services(new TreeMap<>()).navigableKeySet();
    }

    /** What the application offers, and the types of those handlers that tell them. */
    public Schema schema() {
        Definitions types = new Definitions();
        List<Offer> offers = new ArrayList<>();
        services(new TreeMap<>()).forEach((name, service) -> {
            if (!service.isBuiltIn()) {
                Offer.Kind kind = service.streams() ? Offer.Kind.STREAM : Offer.Kind.SERVICE;
                offers.add(offer(name, kind, declaredServices.get(name), service.handler(), types));
            }
        });
        offers.sort(Comparator.comparing(Offer::kind)); // stable: by name within each
        events(new TreeMap<>())
                .forEach((name, handler) ->
                        offers.add(offer(name, Offer.Kind.EVENT, declaredEvents.get(name), handler, types)));
        return new Schema(offers, types.all());
    }

    private static Offer offer(
            String name, Offer.Kind kind, @Nullable Described declared, @Nullable Object handler, Definitions types) {
        Described described = declared == null && handler instanceof Described told ? told : declared;
        return described == null ? new Offer(name, kind, null, null) : described.describe(name, kind, types);
    }

    private NavigableMap<String, Service> services(NavigableMap<String, Service> all) {
        if (parent != null) {
            parent.services(all);
        }
        all.putAll(services);
        return all;
    }

    private SortedMap<String, EventHandler> events(SortedMap<String, EventHandler> all) {
        if (parent != null) {
            parent.events(all);
        }
        all.putAll(events);
        return all;
    }
}
