package io.valise.ipc.pipes.windows;

import io.valise.ipc.Endpoint;
import io.valise.ipc.pipes.windows.kernel.Win32;
import io.valise.ipc.spi.Availability;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.Transport;
import java.nio.file.Path;
import java.util.List;

/** {@code pipe:} on Windows over any implementation of the system's calls. */
public final class ModelTransport implements Transport {
    private final WindowsPipes pipes;

    /** Pipes over it. */
    public ModelTransport(Win32 win32) {
        this.pipes = new WindowsPipes(win32, Path.of("C:\\Users\\me\\AppData\\Local\\valise"));
    }

    @Override
    public String scheme() {
        return "winpipe";
    }

    @Override
    public int order() {
        return 20;
    }

    @Override
    public Availability availability() {
        return Availability.yes(pipes.place());
    }

    @Override
    public Listener listen(Endpoint endpoint, Acceptor acceptor) {
        return pipes.listen(endpoint, acceptor);
    }

    @Override
    public Link connect(Endpoint endpoint, long timeoutNanos) {
        return pipes.connect(endpoint, timeoutNanos);
    }

    @Override
    public List<Endpoint> endpoints() {
        return pipes.endpoints(scheme());
    }
}
