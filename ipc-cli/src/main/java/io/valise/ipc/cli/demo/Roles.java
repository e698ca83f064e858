package io.valise.ipc.cli.demo;

import io.valise.ipc.IpcServer;
import io.valise.ipc.ValueSet;
import io.valise.ipc.WaitStrategy;
import io.valise.ipc.services.json.ValueSetJson;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The processes that {@code ipc demo} starts. They end with the process that holds the other end of their input. */
public final class Roles {
    static final String READY = "ready";
    static final String SERVER = "demo-server";
    static final String CLIENT = "demo-client";
    private static final int ORPHANED = 3;

    private Roles() {}

    /** Serves an address, and another one with a spinning server, until its input ends. */
    public static void serve(String endpoint, InputStream input, PrintWriter out) {
        IpcServer server = DemoServices.start(endpoint, WaitStrategy.adaptive());
        IpcServer spinning = DemoServices.start(Walk.spinning(endpoint), WaitStrategy.spinning());
        print(
                out,
                ValueSet.of(
                        READY, server.endpoints().size() + spinning.endpoints().size()));
        haltAtEndOf(reader(input));
    }

    /** Reads the server's process id, walks, and prints a line of JSON for each result. */
    public static void walk(String endpoint, InputStream input, PrintWriter out) throws IOException {
        BufferedReader lines = reader(input);
        String pid = lines.readLine();
        if (pid == null) {
            return;
        }
        Thread watch = new Thread(() -> haltAtEndOf(lines), "demo-parent-watch");
        watch.setDaemon(true);
        watch.start();
        ProcessHandle server = ProcessHandle.of(Long.parseLong(pid))
                .orElseThrow(() -> new IllegalStateException("no process " + pid + ": the server is gone"));
        new Walk(endpoint, result -> print(out, result.toValueSet()), times -> print(out, times.toValueSet()))
                .run(EndOfServer.kill(server));
    }

    private static BufferedReader reader(InputStream input) {
        return new BufferedReader(new InputStreamReader(input, StandardCharsets.UTF_8));
    }

    private static void print(PrintWriter out, ValueSet line) {
        out.println(ValueSetJson.write(line));
        out.flush();
    }

    /** Ends the process, whatever its threads are doing: the parent process is gone. */
    private static void haltAtEndOf(BufferedReader lines) {
        try {
            while (lines.readLine() != null) {
                // the parent sends nothing to a running process
            }
        } catch (IOException e) {
            throw new UncheckedIOException("standard input", e);
        } finally {
            Runtime.getRuntime().halt(ORPHANED);
        }
    }
}
