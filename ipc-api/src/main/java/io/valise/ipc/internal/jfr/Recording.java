package io.valise.ipc.internal.jfr;

import io.valise.ipc.CloseReason;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcStatus;
import jdk.jfr.FlightRecorder;
import org.jspecify.annotations.Nullable;

/**
 * What the engine tells the Java Flight Recorder. Without a recording that asks for an event, its method does nothing. Until
 * something has used the recorder, no class of an event is loaded: that would cost half as much again as the start of a small
 * program. Without the module {@code jdk.jfr}, which is optional, none of its classes is looked for. Thread-safe.
 */
public final class Recording {
    private static final boolean PRESENT = isPresent();

    private Recording() {}

    private static boolean isPresent() {
        try {
            Class.forName("jdk.jfr.Event", false, Recording.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException absent) {
            return false;
        }
    }

    /** Whether there may be a recording. */
    private static boolean isOn() {
        return PRESENT && FlightRecorder.isInitialized();
    }

    /** Whether a recording asks for the calls that this process makes. */
    public static boolean hasCalls() {
        return isOn() && CallEvent.PROBE.isEnabled();
    }

    /** Whether a recording asks for the calls that this process serves. */
    public static boolean hasServerCalls() {
        return isOn() && ServerCallEvent.PROBE.isEnabled();
    }

    /** Begins a call that this process makes; only where {@link #hasCalls}. */
    public static CallRecord beginCall() {
        CallEvent event = new CallEvent();
        event.begin();
        return event;
    }

    /** Begins a call that this process serves; only where {@link #hasServerCalls}. */
    public static CallRecord beginServerCall() {
        ServerCallEvent event = new ServerCallEvent();
        event.begin();
        return event;
    }

    /** Begins a wait for room in the peer's buffer; null when no recording asks for it. */
    public static @Nullable WaitRecord beginRoomWait() {
        return isOn() ? RingFullEvent.begun() : null;
    }

    /** A connection was opened. */
    public static void opened(IpcConnection connection, boolean server) {
        if (isOn()) {
            ConnectionEvent.opened(connection, server);
        }
    }

    /** A connection has ended. */
    public static void closed(IpcConnection connection, boolean server, CloseReason reason, long ageNanos) {
        if (isOn()) {
            ConnectionEvent.closed(connection, server, reason, ageNanos);
        }
    }

    /** No handler sees a request; or a client, for which there is no service to name, is not let in. */
    public static void refused(IpcConnection connection, @Nullable String service, IpcStatus status, String reason) {
        if (isOn()) {
            RefusalEvent.emit(connection, service, status, reason);
        }
    }

    /** A handler kept the thread that reads so long that another one reads now. */
    public static void stalled(IpcConnection connection, String service) {
        if (isOn()) {
            StallEvent.emit(connection, service);
        }
    }
}
