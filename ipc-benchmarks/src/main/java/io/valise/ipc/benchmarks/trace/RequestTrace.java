package io.valise.ipc.benchmarks.trace;

import com.sun.jdi.Bootstrap;
import com.sun.jdi.ClassNotLoadedException;
import com.sun.jdi.InvalidTypeException;
import com.sun.jdi.ObjectReference;
import com.sun.jdi.ReferenceType;
import com.sun.jdi.ThreadReference;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.Connector;
import com.sun.jdi.connect.LaunchingConnector;
import com.sun.jdi.event.BreakpointEvent;
import com.sun.jdi.event.ClassPrepareEvent;
import com.sun.jdi.event.Event;
import com.sun.jdi.event.EventSet;
import com.sun.jdi.event.MethodEntryEvent;
import com.sun.jdi.event.VMDisconnectEvent;
import com.sun.jdi.request.BreakpointRequest;
import com.sun.jdi.request.ClassPrepareRequest;
import com.sun.jdi.request.EventRequest;
import com.sun.jdi.request.MethodEntryRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The classes of Valise that one warm request over {@code shm:} enters, found by a debugger that runs
 * {@link TracedProgram}: a class counts if one of its methods or constructors is entered in every traced request, by the
 * thread that sends the request or by the thread that reads at the server. Used by one thread.
 */
public final class RequestTrace {
    private static final String PREFIX = "io.valise.ipc.";
    private static final Pattern GENERATED = Pattern.compile("\\$\\$Lambda.*");
    private static final Pattern SERVER_THREAD = Pattern.compile("valise-reader-\\d+");
    private static final String SPINNER = PREFIX + "internal.session.Spinner";
    private static final String WATCHDOG_THREAD = "valise-watchdog";

    private final VirtualMachine machine;
    private final MethodEntryRequest entries;
    private final Side client = new Side();
    private final Side server = new Side();

    /** The classes that the threads of one end have entered, in the order of their first entries. */
    private static final class Side {
        private Set<String> ofThisRequest = new LinkedHashSet<>();
        private Set<String> ofAll = Set.of();

        void requestEnded() {
            Set<String> seen = ofThisRequest;
            if (!ofAll.isEmpty()) {
                seen.retainAll(ofAll);
            }
            ofAll = seen;
            ofThisRequest = new LinkedHashSet<>();
        }
    }

    private RequestTrace(VirtualMachine machine) {
        this.machine = machine;
        this.entries = machine.eventRequestManager().createMethodEntryRequest();
        entries.addClassFilter(PREFIX + "*");
        entries.addClassExclusionFilter(TracedProgram.class.getPackageName() + ".*");
        entries.setSuspendPolicy(
                EventRequest.SUSPEND_NONE); // a thread that is stopped at each method would look stalled
    }

    /** Runs the program and traces it. */
    public static RequestTrace run() throws Exception {
        LaunchingConnector connector = Bootstrap.virtualMachineManager().defaultConnector();
        Map<String, Connector.Argument> arguments = connector.defaultArguments();
        argument(arguments, "main").setValue(TracedProgram.class.getName());
        argument(arguments, "options").setValue("-cp \"" + System.getProperty("java.class.path") + '"');
        VirtualMachine machine = connector.launch(arguments);
        try {
            RequestTrace trace = new RequestTrace(machine);
            trace.follow();
            return trace;
        } finally {
            machine.process().destroyForcibly();
        }
    }

    private static Connector.Argument argument(Map<String, Connector.Argument> arguments, String name) {
        return Objects.requireNonNull(arguments.get(name), name);
    }

    /** The classes that a request enters at the client, without their common prefix, in the order of their first entries. */
    public List<String> atClient() {
        return List.copyOf(client.ofAll);
    }

    /** The classes that a request enters at the server; else like {@link #atClient}. */
    public List<String> atServer() {
        return List.copyOf(server.ofAll);
    }

    /** All of them, sorted. */
    public Set<String> classes() {
        Set<String> all = new TreeSet<>(client.ofAll);
        all.addAll(server.ofAll);
        return all;
    }

    private void follow() throws InterruptedException, IOException, InvalidTypeException, ClassNotLoadedException {
        ClassPrepareRequest prepared = machine.eventRequestManager().createClassPrepareRequest();
        prepared.addClassFilter(TracedProgram.class.getName());
        prepared.enable();
        boolean running = true;
        while (running) {
            EventSet events = machine.eventQueue().remove();
            for (Event event : events) {
                running = running && handle(event);
            }
            if (running) {
                events.resume();
            }
        }
        if (client.ofAll.isEmpty() || server.ofAll.isEmpty()) {
            throw new IllegalStateException("the traced program sent no request; it printed: " + printed());
        }
    }

    private String printed() throws IOException {
        try (InputStream out = machine.process().getInputStream();
                InputStream err = machine.process().getErrorStream()) {
            return new String(out.readAllBytes(), StandardCharsets.UTF_8)
                    + new String(err.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Returns false at the end of the program. */
    private boolean handle(Event event) throws InvalidTypeException, ClassNotLoadedException {
        if (event instanceof ClassPrepareEvent prepared) {
            breakAt(prepared.referenceType(), "begin");
            breakAt(prepared.referenceType(), "end");
        } else if (event instanceof BreakpointEvent reached) {
            if (reached.location().method().name().equals("begin")) {
                stopWatchdog();
                keepLooking();
                entries.enable();
            } else {
                entries.disable();
                client.requestEnded();
                server.requestEnded();
            }
        } else if (event instanceof MethodEntryEvent entered) {
            entered(entered);
        }
        return !(event instanceof VMDisconnectEvent);
    }

    /** A traced request takes long: the watchdog would have another thread take over. */
    private void stopWatchdog() {
        for (ThreadReference thread : machine.allThreads()) {
            if (thread.name().equals(WATCHDOG_THREAD) && !thread.isSuspended()) {
                thread.suspend();
            }
        }
    }

    /** A traced thread looks rarely: it would take that for slices lost to threads that compute, and sleep. */
    private void keepLooking() throws InvalidTypeException, ClassNotLoadedException {
        for (ReferenceType type : machine.classesByName(SPINNER)) {
            for (ObjectReference spinner : type.instances(0)) {
                spinner.setValue(type.fieldByName("lossScore"), machine.mirrorOf(Integer.MIN_VALUE / 2));
                spinner.setValue(type.fieldByName("rests"), machine.mirrorOf(false));
            }
        }
    }

    private void breakAt(ReferenceType type, String method) {
        BreakpointRequest request = machine.eventRequestManager()
                .createBreakpointRequest(type.methodsByName(method).get(0).location());
        request.enable();
    }

    private void entered(MethodEntryEvent event) {
        String thread = event.thread().name();
        String type = event.method().declaringType().name().substring(PREFIX.length());
        String named = GENERATED.matcher(type).replaceAll("");
        if (thread.equals("main")) {
            client.ofThisRequest.add(named);
        } else if (SERVER_THREAD.matcher(thread).matches()) {
            server.ofThisRequest.add(named);
        }
    }

    /** Prints the classes of both ends. */
    public void print(PrintStream out) {
        out.println("# the client's thread enters, in this order");
        atClient().forEach(out::println);
        out.println("# the server's reader thread enters, in this order");
        atServer().forEach(out::println);
        out.println("# classes: " + classes().size());
    }
}
