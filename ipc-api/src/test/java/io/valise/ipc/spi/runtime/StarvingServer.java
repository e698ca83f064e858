package io.valise.ipc.spi.runtime;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogManager;
import java.util.logging.Logger;

/** A server that may open fewer descriptors than it has clients. */
final class StarvingServer {
    private static final int CLIENTS = 80;

    private StarvingServer() {}

    public static void main(String[] arguments) throws Exception {
        LogManager.getLogManager();
        for (Handler handler : Logger.getLogger("").getHandlers()) {
            Logger.getLogger("").removeHandler(handler);
        }
        LinkedBlockingQueue<SocketChannel> accepted = new LinkedBlockingQueue<>();
        try (Listening listening = UnixSockets.listen(Path.of(arguments[0]), "starving", accepted::add)) {
            loopCpuNanos(); // loads a library: not possible any more without descriptors
            System.out.println("serving at " + listening.path().getFileName());
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            in.readLine();
            System.out.println(starve(accepted));
            in.readLine();
            System.out.println("all " + recover(accepted));
        }
    }

    /** Waits until the limit is reached, then measures what waiting costs. */
    private static String starve(LinkedBlockingQueue<SocketChannel> accepted) throws InterruptedException {
        int before;
        do {
            before = accepted.size();
            TimeUnit.MILLISECONDS.sleep(300);
        } while (accepted.size() > before);
        if (before >= CLIENTS) {
            return "unlimited: accepted " + before;
        }
        long used;
        do { // a busy machine may accept more at first
            long cpu = loopCpuNanos();
            TimeUnit.SECONDS.sleep(1);
            used = loopCpuNanos() - cpu;
        } while (used >= TimeUnit.MILLISECONDS.toNanos(200));
        return "calm";
    }

    private static int recover(LinkedBlockingQueue<SocketChannel> accepted) throws InterruptedException, IOException {
        int served = 0;
        while (served < CLIENTS) {
            SocketChannel channel = accepted.poll(20, TimeUnit.SECONDS);
            if (channel == null) {
                return served;
            }
            channel.close();
            served++;
        }
        return served;
    }

    private static long loopCpuNanos() {
        var threads = ManagementFactory.getThreadMXBean();
        for (var thread : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (thread != null && thread.getThreadName().equals("valise-readiness")) {
                return threads.getThreadCpuTime(thread.getThreadId());
            }
        }
        throw new IllegalStateException("no readiness loop");
    }
}
