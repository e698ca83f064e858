package io.valise.ipc.loopback.link;

import io.valise.ipc.spi.runtime.ReadinessLoop;
import io.valise.ipc.spi.runtime.Registration;
import java.nio.channels.SocketChannel;

/**
 * A socket's place in the {@link ReadinessLoop} of the process, for the owner of the socket: the thread that connects, then
 * the link, in the end its farewell. Thread-safe.
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

    /** Tells once when there is something to read or the end. */
    public void arm() {
        registration.arm();
    }

    /** Tells once when there is room to write; while a connection is under way, when it is there or has failed. */
    public void armWrite() {
        registration.armWrite();
    }

    /** Ends; the channel is closed already. Idempotent. */
    public void cancel() {
        registration.cancel();
    }

    private void tell() {
        told.run();
    }
}
