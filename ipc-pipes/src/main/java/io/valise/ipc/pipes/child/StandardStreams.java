package io.valise.ipc.pipes.child;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.valise.ipc.IpcStatus;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.runtime.ProcessUser;
import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.stream.StreamLink;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Takes standard input and output of this process for frames, once. From then on {@code System.out} prints to standard
 * error, {@code System.in} is at its end, and on Linux the descriptors 0 and 1 themselves refer to {@code /dev/null},
 * so that native code and child processes cannot write between frames either.
 */
final class StandardStreams {
    private static final AtomicBoolean TAKEN = new AtomicBoolean();
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    private StandardStreams() {}

    /** A link over them, once the other end has said that it takes frames. */
    static Link take(long timeoutNanos, Runnable onClose) {
        if (!TAKEN.compareAndSet(false, true)) {
            throw StdioTransport.notSent(
                    IpcStatus.ADDRESS_IN_USE,
                    "standard input and output carry a connection already: a process has one parent at most");
        }
        PeerIdentity starter = starter(); // while descriptor 0 is still the pipe
        PumpedStream stream = streams(onClose);
        boolean greeted = false;
        try {
            check(stream.awaitPreamble(timeoutNanos));
            greeted = true;
            return new StreamLink(stream, starter);
        } finally {
            if (!greeted) {
                stream.close();
            }
        }
    }

    private static void check(Preamble.Heard heard) {
        if (!heard.complete()) {
            throw StdioTransport.notSent(
                    IpcStatus.ENDPOINT_NOT_FOUND,
                    "standard input ended without a connection: start this program by ChildPipes.spawn(..)"
                            + " or in a pipeline with one that calls ChildPipes.pipeline()");
        }
        if (!heard.noise().isBlank()) {
            log().log(Level.INFO, "standard input brought this before its first frame: {0}", heard.excerpt());
        }
    }

    private static PumpedStream streams(Runnable onClose) {
        FileChannel in = input();
        FileChannel out = output();
        return new PumpedStream("valise-stdio", in, Channels.newOutputStream(out), () -> {
            closeBoth(in, out);
            onClose.run();
        });
    }

    private static FileChannel input() {
        FileInputStream standard = new FileInputStream(FileDescriptor.in);
        System.setIn(InputStream.nullInputStream());
        return reopened("0", READ).map(in -> sparing(standard, in)).orElseGet(standard::getChannel);
    }

    private static FileChannel output() {
        FileOutputStream standard = new FileOutputStream(FileDescriptor.out);
        System.setOut(new PrintStream(new FileOutputStream(FileDescriptor.err), true, UTF_8));
        return reopened("1", WRITE).map(out -> sparing(standard, out)).orElseGet(standard::getChannel);
    }

    /**
     * Another descriptor of the same pipe (proc(5)). Only for a pipe without a name: to open a named one could block
     * until its other end is opened, and the name could belong to another file by now.
     */
    private static Optional<FileChannel> reopened(String descriptor, StandardOpenOption how) {
        Path link = DESCRIPTORS.resolve(descriptor);
        try {
            boolean anonymous = Files.readSymbolicLink(link).toString().startsWith("pipe:");
            return anonymous ? Optional.of(FileChannel.open(link, how)) : Optional.empty();
        } catch (IOException | UnsupportedOperationException e) {
            return Optional.empty(); // No procfs, or another user's pipe: the standard descriptor serves.
        }
    }

    /** Closing a standard descriptor makes the JDK point it to /dev/null. */
    private static FileChannel sparing(AutoCloseable standard, FileChannel other) {
        try {
            standard.close();
        } catch (Exception e) {
            log().log(Level.DEBUG, "a standard descriptor stays as it was", e);
        }
        return other;
    }

    /** Ends the read that is under way, and tells the peer. */
    private static void closeBoth(FileChannel in, FileChannel out) {
        try (out) {
            if (isWindows()) {
                return; // Closing a file that is being read would wait there for the peer: the reader closes it.
            }
            in.close();
        } catch (IOException e) {
            log().log(Level.DEBUG, "closing the standard streams failed", e);
        }
    }

    private static boolean isWindows() {
        return System.getProperty("os.name", "").startsWith("Windows");
    }

    /**
     * The user who made the pipe, as the kernel reports it; where it does not, the user of the process that started
     * this one.
     */
    private static PeerIdentity starter() {
        Path in = DESCRIPTORS.resolve("0");
        try {
            long uid = Integer.toUnsignedLong((Integer) Files.getAttribute(in, "unix:uid"));
            return PeerIdentity.ofKernel(Files.getOwner(in).getName(), uid == ProcessUser.uid());
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            return parentProcess();
        }
    }

    private static PeerIdentity parentProcess() {
        Optional<String> self = ProcessHandle.current().info().user();
        return ProcessHandle.current()
                .parent()
                .flatMap(parent -> parent.info().user())
                .map(user -> PeerIdentity.ofKernel(user, self.equals(Optional.of(user))))
                .orElseGet(PeerIdentity::unknown);
    }

    private static Logger log() {
        return SafeLog.of(StandardStreams.class);
    }
}
