package io.valise.ipc.cli.demo;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.ValueSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Events and a stream. Confined to one thread. */
final class FlowSteps {
    private static final int NUMBERS = 1_000;
    private static final long TIMEOUT_SECONDS = 10;

    private final IpcConnection connection;

    FlowSteps(IpcConnection connection) {
        this.connection = connection;
    }

    void runAll(Steps steps) {
        steps.run("events both ways", this::events);
        steps.run("broadcast", this::broadcast);
        steps.run("stream of 1,000", this::stream);
    }

    private String events() throws InterruptedException {
        BlockingQueue<ValueSet> noted = collect(connection, "noted");
        for (int i = 0; i < 10; i++) {
            connection.send("note", ValueSet.of("number", i));
        }
        for (int i = 0; i < 10; i++) {
            expect(ValueSet.of("number", i), noted);
        }
        return "10 there, 10 back, in order";
    }

    private String broadcast() throws InterruptedException {
        ValueSet news = ValueSet.of("headline", "hello, all");
        try (IpcConnection second = IpcClient.connect(connection.endpoint())) {
            BlockingQueue<ValueSet> here = collect(connection, "news");
            BlockingQueue<ValueSet> there = collect(second, "news");
            connection.request("tell-all", news);
            expect(news, here);
            expect(news, there);
        }
        return "reached both connections";
    }

    private static BlockingQueue<ValueSet> collect(IpcConnection from, String event) {
        BlockingQueue<ValueSet> queue = new LinkedBlockingQueue<>();
        from.onEvent(event, received -> queue.add(received.message()));
        return queue;
    }

    private static void expect(ValueSet message, BlockingQueue<ValueSet> queue) throws InterruptedException {
        ValueSet received = queue.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        StepFailure.unless(message.equals(received), "event", message, received == null ? "none" : received);
    }

    private String stream() throws Exception {
        CreditedCount count = new CreditedCount();
        connection.stream("count", ValueSet.of("to", NUMBERS)).subscribe(count);
        int counted = count.counted().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        StepFailure.unless(counted == NUMBERS, "messages", NUMBERS, counted);
        return "in order, never more than was asked for";
    }
}
