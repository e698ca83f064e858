package io.valise.ipc.testkit.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.EventHandler;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.Candidate;
import io.valise.ipc.testkit.rule.Running;
import io.valise.ipc.testlog.MayLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** E: one-way events. */
public abstract class EventRules extends SessionRules {
    private static final long BOUND = 256L << 20;

    private final BlockingQueue<Integer> heard = new LinkedBlockingQueue<>();
    private final EventHandler note = event -> heard.add(event.message().getInt("n"));

    protected EventRules(Candidate candidate) {
        super(candidate);
    }

    private void hears(int from, int to) throws InterruptedException {
        for (int i = from; i < to; i++) {
            assertThat(take(heard)).isEqualTo(i);
        }
    }

    private static ValueSet number(int number) {
        return ValueSet.of("n", number);
    }

    @Test
    void E01_eventsArriveInOrderOneAtATime() throws Exception {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger overlaps = new AtomicInteger();
        IpcConnection client = connect(serve(builder -> builder.onEvent("tick", event -> {
            overlaps.addAndGet(inside.getAndIncrement());
            note.onEvent(event);
            inside.decrementAndGet();
        })));
        for (int i = 0; i < 3_000; i++) {
            client.send("tick", number(i));
        }
        hears(0, 3_000);
        assertThat(overlaps).hasValue(0);
    }

    @Test
    void E02_serverSendsToTheClient() throws Exception {
        IpcServer server = serve(builder -> builder);
        IpcConnection client = connect(server, builder -> builder.onEvent("tick", note));
        for (int i = 0; i < 500; i++) {
            only(server).send("tick", number(i));
        }
        hears(0, 500);
        assertThat(client.isOpen()).isTrue();
    }

    @Test
    void E03_handlerMayComeLaterAndChange() throws Exception {
        IpcServer server = serve(builder -> builder);
        IpcConnection client = connect(server);
        client.onEvent("tick", note);
        only(server).send("tick", number(0));
        hears(0, 1);
        client.onEvent("tick", event -> heard.add(1000 + event.message().getInt("n")));
        only(server).send("tick", number(1));
        hears(1001, 1002);
    }

    @Test
    void E04_eventWithoutAHandlerIsDropped() throws Exception {
        IpcConnection client = connect(serve(builder -> builder.onEvent("tick", note)));
        for (int i = 0; i < 100; i++) {
            client.send("unheard", number(-1));
            client.send("tick", number(i));
        }
        hears(0, 100);
    }

    @Test
    void E05_broadcastReachesEveryConnectionOnceInOrder() throws Exception {
        IpcServer server = serve(builder -> builder);
        List<BlockingQueue<Integer>> ears = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            BlockingQueue<Integer> ear = new LinkedBlockingQueue<>();
            ears.add(ear);
            echoes(
                    connect(
                            server,
                            builder -> builder.onEvent(
                                    "news", event -> ear.add(event.message().getInt("n")))),
                    1);
        }
        for (int i = 0; i < 300; i++) {
            server.broadcast("news", number(i));
        }
        for (BlockingQueue<Integer> ear : ears) {
            for (int i = 0; i < 300; i++) {
                assertThat(take(ear)).isEqualTo(i);
            }
        }
    }

    @Test
    void E06_sendBlocksWhileThePeerIsFullButNotForEver() throws Exception {
        CountDownLatch gate = gate();
        IpcServer server = serve(builder -> builder.onEvent("tick", event -> {
            gate.await();
            note.onEvent(event);
        }));
        IpcConnection client = connect(server, builder -> builder.requestTimeout(Duration.ofMillis(300)));
        byte[] ballast = new byte[60_000];
        int sent = 0;
        IpcStatus end = IpcStatus.OK;
        while (end == IpcStatus.OK && (long) sent * ballast.length < BOUND) {
            try {
                client.send("tick", ValueSet.of("n", sent, "ballast", ballast));
                sent++;
            } catch (IpcException e) {
                end = e.status();
            }
        }
        assertThat(end).as("after %s events of %s bytes", sent, ballast.length).isEqualTo(IpcStatus.TIMEOUT);
        gate.countDown();
        hears(0, sent);
        client.send("tick", number(sent));
        hears(sent, sent + 1);
    }

    @Test
    void E07_blockedSenderGoesOn() throws Exception {
        IpcConnection client = connect(serve(builder -> builder.onEvent("tick", event -> {
            dither(event.message().getInt("n"));
            note.onEvent(event);
        })));
        byte[] ballast = new byte[16_000];
        for (int i = 0; i < 3_000; i++) {
            client.send("tick", ValueSet.of("n", i, "ballast", ballast));
        }
        hears(0, 3_000);
    }

    @Test
    @MayLog("the handler of event tick failed")
    void E08_throwingHandlerMissesNothing() throws Exception {
        IpcConnection client = connect(serve(builder -> builder.onEvent("tick", event -> {
            note.onEvent(event);
            if (event.message().getInt("n") % 2 == 0) {
                throw new IllegalStateException("as planned");
            }
            throw new AssertionError("as planned");
        })));
        for (int i = 0; i < 20; i++) {
            client.send("tick", number(i));
        }
        hears(0, 20);
        echoes(client, 2);
    }

    @Test
    void E09_handlerMayCallBack() throws Exception {
        IpcServer server = serve(builder -> builder.onEvent("tick", event -> {
            ValueSet reply = event.connection().request("double", event.message());
            heard.add(reply.getInt("n"));
        }));
        IpcConnection client = connect(
                server,
                builder -> builder.service(
                        "double", request -> number(2 * request.message().getInt("n"))));
        for (int i = 0; i < 50; i++) {
            client.send("tick", number(i));
        }
        for (int i = 0; i < 50; i++) {
            assertThat(take(heard)).isEqualTo(2 * i);
        }
    }

    @Test
    void E10_blockedEventHandlerBlocksNoCall() throws Exception {
        CountDownLatch gate = gate();
        IpcConnection client = connect(serve(builder -> builder.onEvent("tick", event -> {
            gate.await();
            note.onEvent(event);
        })));
        for (int i = 0; i < 20; i++) {
            client.send("tick", number(i));
        }
        echoes(client, 500);
        assertThat(heard).isEmpty();
        gate.countDown();
        hears(0, 20);
    }

    @Test
    void E11_interruptEndsABlockedSend() throws Exception {
        CountDownLatch gate = gate();
        IpcConnection client = connect(serve(builder -> builder.onEvent("tick", event -> gate.await())));
        ValueSet heavy = ValueSet.of("n", 0, "ballast", new byte[60_000]);
        Running<Boolean> sender = start(() -> {
            failsWith(IpcStatus.CANCELLED, () -> {
                for (long sent = 0; sent < BOUND; sent += 60_000) {
                    client.send("tick", heavy);
                }
                return null;
            });
            return Thread.currentThread().isInterrupted();
        });
        meet(0, sender);
        sender.thread().interrupt();
        assertThat(sender.join()).isTrue();
        gate.countDown();
        echoes(client, 2);
    }
}
