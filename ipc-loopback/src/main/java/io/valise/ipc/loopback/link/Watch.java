package io.valise.ipc.loopback.link;

import io.valise.ipc.spi.runtime.ReadinessLoop;
import io.valise.ipc.spi.runtime.Registration;
import java.nio.channels.SocketChannel;

/**
 * A socket's registration with the {@link ReadinessLoop} of the process, for the owner of the socket: the thread that
 * connects, then the link, finally its lingering close. Thread-safe.
 */
public final class Watch {
    private final Registration registration;
    private volatile Runnable told;

    /**
     * Begins, armed for nothing yet.
     *
     * @param channel in non-blocking mode, watched once in its life
     * @param told runs on the loop's thread, once for each arming; it returns quickly
     * @throws io.valise.ipc.IpcException {@code RESOURCE_EXHAUSTED} when the system has no descriptors for the loop
     */
    public Watch(SocketChannel channel, Runnable told) {
        this.told = told;
        registration = ReadinessLoop.shared().register(channel, this::tell, this::tell);
    }

    /** Notifies another listener from now on. */
    void handTo(Runnable successor) {
        told = successor;
    }

    /** Notifies once when there are bytes to read, or the end. */
    public void arm() {
        registration.arm();
    }

    /**
     * Notifies once when there is space to write; for a socket that is connecting, when it is connected or has failed.
     */
    public void armWrite() {
        registration.armWrite();
    }

    /** Ends the registration; the channel is closed already. Idempotent. */
    public void cancel() {
        registration.cancel();
    }

    private void tell() {
        told.run();
    }
}
