package io.valise.ipc.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jdi.Bootstrap;
import com.sun.jdi.ReferenceType;
import com.sun.jdi.StringReference;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.AttachingConnector;
import com.sun.jdi.connect.Connector;
import com.sun.jdi.event.BreakpointEvent;
import com.sun.jdi.event.Event;
import com.sun.jdi.event.EventSet;
import com.sun.jdi.request.BreakpointRequest;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.process.FreePort;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A real debugger attaches to a process that waits for one. */
@ExtendWith(HangWatchdog.class)
@DisabledOnOs(OS.WINDOWS)
class DebugBreakTest {
    private static final String MESSAGE = "version: needed=[9,), found=io.valise.ipc 0.2.0";

    @Test
    void aProcessWaitsForTheDebuggerThatStopsAtTheBreakpoint() throws Exception {
        int port = FreePort.find();
        try (ForkedJvm process =
                ForkedJvm.start(List.of(agent(port), "-Dvalise.runtime.debugSeconds=100"), RuntimeUser.class)) {
            process.tell("debugBreak", "ON_ERROR_DEBUG_BREAK");
            process.awaitPrinted(
                    "valise: process " + process.pid() + " waits 100 s at most for a debugger at localhost:" + port
                            + "; set a breakpoint at io.valise.ipc.runtime.DebugBreak.reached");
            process.awaitPrinted("valise: " + MESSAGE);

            VirtualMachine machine = attach(port);
            try {
                setBreakpoint(machine);
                assertThat(nextStop(machine)).startsWith(MESSAGE);
                machine.eventRequestManager().deleteAllBreakpoints();
            } finally {
                machine.dispose(); // it goes on
            }
            assertThat(process.ask("initialize", "[0.2,0.3)"))
                    .as("the answer to debugBreak")
                    .isEqualTo("NO_MATCH");
        }
    }

    @Test
    void withADebuggerAttachedTheBreakpointIsReachedAndNothingIsWaitedFor() throws Exception {
        int port = FreePort.find();
        try (ForkedJvm process = ForkedJvm.start(List.of(agent(port)), RuntimeUser.class)) {
            process.ask("debugBreak", "ON_ERROR_DEBUG_BREAK_IF_DEBUGGER_ATTACHED"); // so the class is loaded
            VirtualMachine machine = attach(port);
            try {
                setBreakpoint(machine);
                process.tell("debugBreak", "ON_ERROR_DEBUG_BREAK_IF_DEBUGGER_ATTACHED");
                assertThat(nextStop(machine)).startsWith(MESSAGE);
                machine.eventRequestManager().deleteAllBreakpoints();
            } finally {
                machine.dispose();
            }
        }
    }

    @Test
    void withoutADebuggerOrALimitItGoesOn() throws Exception {
        int port = FreePort.find();
        try (ForkedJvm none = ForkedJvm.start(RuntimeUser.class);
                ForkedJvm limited =
                        ForkedJvm.start(List.of(agent(port), "-Dvalise.runtime.debugSeconds=0"), RuntimeUser.class)) {
            assertThat(none.ask("debugBreak", "ON_ERROR_DEBUG_BREAK")).isEqualTo("NO_MATCH");
            none.awaitPrinted("valise: no debugger can attach: start the program with -agentlib:jdwp=");
            assertThat(none.ask("debugBreak", "ON_ERROR_DEBUG_BREAK_IF_DEBUGGER_ATTACHED"))
                    .isEqualTo("NO_MATCH");
            assertThat(limited.ask("debugBreak", "ON_ERROR_DEBUG_BREAK")).isEqualTo("NO_MATCH");
            limited.awaitPrinted("waits 0 s at most for a debugger at localhost:" + port);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=localhost:5005', localhost:5005",
        "'-agentlib:jdwp=transport=dt_socket,address=*:5006,server=y', *:5006",
        "'-Xrunjdwp:transport=dt_socket,server=y,address=5007', localhost:5007",
        "'-agentlib:jdwp=transport=dt_socket,server=y', the port that the JVM printed when it started",
        "'-agentlib:jdwp=transport=dt_socket,address=host:5005', none",
        "'-Xmx1g', none"
    })
    void thePortIsKnownFromTheOptionsOfTheJvm(String option, String port) {
        Optional<DebuggerPort> found = DebuggerPort.among(List.of("-Dx=y", option));
        assertThat(found.map(DebuggerPort::toString).orElse("none")).isEqualTo(port);
    }

    private static String agent(int port) {
        return "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,quiet=y,address=localhost:" + port;
    }

    private static VirtualMachine attach(int port) throws Exception {
        AttachingConnector connector = Bootstrap.virtualMachineManager().attachingConnectors().stream()
                .filter(each -> each.transport().name().equals("dt_socket"))
                .filter(each -> each.name().equals("com.sun.jdi.SocketAttach"))
                .findFirst()
                .orElseThrow();
        Map<String, Connector.Argument> arguments = connector.defaultArguments();
        arguments.get("hostname").setValue("localhost");
        arguments.get("port").setValue(String.valueOf(port));
        return connector.attach(arguments);
    }

    private static void setBreakpoint(VirtualMachine machine) {
        ReferenceType type =
                machine.classesByName("io.valise.ipc.runtime.DebugBreak").get(0);
        BreakpointRequest breakpoint = machine.eventRequestManager()
                .createBreakpointRequest(type.methodsByName("reached").get(0).location());
        breakpoint.enable();
    }

    /** The message with which the breakpoint was reached; what stopped goes on. */
    private static String nextStop(VirtualMachine machine) throws Exception {
        while (true) {
            EventSet events = machine.eventQueue().remove();
            for (Event event : events) {
                if (event instanceof BreakpointEvent stop) {
                    String message = ((StringReference)
                                    stop.thread().frame(0).getArgumentValues().get(0))
                            .value();
                    events.resume();
                    return message;
                }
            }
            events.resume();
        }
    }
}
