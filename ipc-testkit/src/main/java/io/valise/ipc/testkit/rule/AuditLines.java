package io.valise.ipc.testkit.rule;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.valise.ipc.Endpoint;
import io.valise.ipc.spi.runtime.AuditLog;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What the audit log of this JVM says of one address, as long as this is open. Thread-safe. */
public final class AuditLines extends Handler implements AutoCloseable {
    /** Kept: a logger that nobody holds may lose its handlers. */
    private static final Logger LOGGER = Logger.getLogger(AuditLog.NAME);

    private final String address;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    private AuditLines(String address) {
        this.address = "at=" + address + ",";
    }

    /** Listens from now on; skips the test where {@link System.Logger} is not that of the JDK. */
    public static AuditLines listen(Endpoint address) {
        AuditLines lines = new AuditLines(address.toString());
        LOGGER.addHandler(lines);
        AuditLog.refused(address, "the test", "listen", "to see whether lines come");
        assumeTrue(lines.lines.poll() != null, "another logging backend than java.util.logging");
        return lines;
    }

    /** Waits for the next line. */
    public String next() throws InterruptedException {
        return lines.take();
    }

    /** What else has been said by now. */
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
        // nothing is kept back
    }

    @Override
    public void close() {
        LOGGER.removeHandler(this);
    }
}
