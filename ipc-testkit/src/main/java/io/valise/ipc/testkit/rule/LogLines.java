package io.valise.ipc.testkit.rule;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.valise.ipc.Endpoint;
import io.valise.ipc.spi.runtime.AuditLog;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Collects the log lines of this JVM about one address, as long as this is open. Thread-safe.
 *
 * @since 0.1.0
 */
public final class LogLines extends Handler implements AutoCloseable {
    /** A strong reference: a logger that is garbage loses its handlers. */
    private final Logger logger;

    private final @Nullable Level before;
    private final String address;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    private LogLines(String name, String address) {
        this.logger = Logger.getLogger(name);
        this.before = logger.getLevel();
        this.address = address;
        logger.addHandler(this);
    }

    /** Listens to refusals from now on; skips the test where {@link System.Logger} is not that of the JDK. */
    public static LogLines audit(Endpoint address) {
        LogLines lines = new LogLines(AuditLog.NAME, "at=" + address + ",");
        AuditLog.refused(address, "the test", "listen", "to see whether lines come");
        lines.skipUnlessOneCame();
        return lines;
    }

    /** Listens from now on, at {@code DEBUG}, to what servers and connections log at start and end. */
    public static LogLines debug(Endpoint address) {
        LogLines lines = new LogLines("io.valise.ipc", address.toString());
        lines.logger.setLevel(Level.FINE);
        System.getLogger("io.valise.ipc").log(System.Logger.Level.DEBUG, "to see whether lines come: " + address);
        lines.skipUnlessOneCame();
        return lines;
    }

    private void skipUnlessOneCame() {
        if (lines.poll() == null) {
            close();
            assumeTrue(false, "another logging backend than java.util.logging");
        }
    }

    /** Waits for the next line. */
    public String next() throws InterruptedException {
        return lines.take();
    }

    /** The other lines so far. */
    public List<String> rest() {
        List<String> rest = new ArrayList<>();
        lines.drainTo(rest);
        return rest;
    }

    @Override
    public void publish(LogRecord line) {
        if (line.getMessage().contains(address)) {
            lines.add(line.getMessage());
        }
    }

    @Override
    public void flush() {
        // nothing is buffered
    }

    @Override
    public void close() {
        logger.removeHandler(this);
        logger.setLevel(before);
    }
}
