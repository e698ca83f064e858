package io.valise.ipc.pipes.windows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.pipes.windows.kernel.Operation;
import io.valise.ipc.pipes.windows.kernel.Win32;
import io.valise.ipc.pipes.windows.kernel.Win32Error;
import io.valise.ipc.pipes.windows.kernel.Win32Exception;
import io.valise.ipc.pipes.windows.model.Machine;
import io.valise.ipc.pipes.windows.model.ModelProcess;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.testkit.link.LinkEnd;
import io.valise.ipc.testkit.rule.LogLines;
import io.valise.ipc.testlog.MayLog;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Several processes, other users, and what Windows may answer. */
@MayLog({"refused: ", "no longer served", "gets no more", "this process was killed"})
class WindowsPipesTest {
    private static final String ME = "S-1-5-21-1-2-3-1001";
    private static final String OTHER_USER = "S-1-5-21-1-2-3-1002";
    private static final long SECONDS_5 = TimeUnit.SECONDS.toNanos(5);
    private static final Endpoint QUOTES = new Endpoint("winpipe", "quotes");

    private final Machine machine = new Machine();
    private final ModelProcess server = machine.process(100, ME);
    private final ModelProcess client = machine.process(200, ME);
    private final Transport serving = new ModelTransport(server);
    private final Transport dialling = new ModelTransport(client);
    private final BlockingQueue<Link> accepted = new LinkedBlockingQueue<>();
    private final String meeting = serving.availability().detail().replace("*", "quotes");

    @AfterEach
    void theRulesOfWindowsWereKept() {
        assertThat(machine.violations()).isEmpty();
    }

    private Transport.Listener listen() {
        return serving.listen(QUOTES, accepted::add);
    }

    private LinkEnd dial() {
        return new LinkEnd(dialling.connect(QUOTES, SECONDS_5));
    }

    private LinkEnd accept() {
        try {
            return new LinkEnd(accepted.poll(10, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void failsWith(IpcStatus status, String words, ThrowingCallable call) {
        assertThatThrownBy(call).hasMessageContaining(words).isInstanceOfSatisfying(IpcException.class, e -> {
            assertThat(e.status()).isEqualTo(status);
            assertThat(e.delivery()).isEqualTo(Delivery.NOT_SENT);
        });
    }

    private static void pingPong(LinkEnd one, LinkEnd other, int rounds) {
        for (int i = 0; i < rounds; i++) {
            byte[] frame = LinkEnd.frame(i, 1 + (i * 997) % 3_000);
            one.send(frame);
            other.expect(frame);
            other.send(frame);
            one.expect(frame);
        }
    }

    @Test
    void kernelAuthenticatesBothEnds() {
        try (Transport.Listener listener = listen();
                Link there = dial().link();
                Link here = accept().link()) {
            assertThat(listener.endpoint()).isEqualTo(QUOTES);
            assertThat(there.peer().pid()).hasValue(100);
            assertThat(here.peer().pid()).hasValue(200);
            for (Link end : List.of(there, here)) {
                assertThat(end.peer().evidence()).isEqualTo(PeerIdentity.Evidence.KERNEL);
                assertThat(end.peer().sameUser()).isTrue();
                assertThat(end.peer().user()).hasValue(System.getProperty("user.name"));
            }
            assertThat(dialling.endpoints()).containsExactly(QUOTES);
        }
        assertThat(dialling.endpoints()).isEmpty();
        assertThat(server.handles()).isZero();
        assertThat(client.handles()).isZero();
    }

    @Test
    void aSecondServerIsRefusedWhateverItsProcessUserOrCase() {
        Transport intruder = new ModelTransport(machine.process(300, OTHER_USER));
        Endpoint shouted = new Endpoint("winpipe", "QUOTES");
        try (Transport.Listener listener = listen()) {
            assertThat(listener.endpoint()).isEqualTo(QUOTES);
            for (Transport second : List.of(serving, dialling, intruder)) {
                failsWith(IpcStatus.ADDRESS_IN_USE, "quotes", () -> second.listen(QUOTES, Link::close));
            }
            failsWith(IpcStatus.ADDRESS_IN_USE, "QUOTES", () -> serving.listen(shouted, Link::close));
        }
    }

    @Test
    void anotherUserIsRefusedByTheAccessList() {
        Transport intruder = new ModelTransport(machine.process(300, OTHER_USER));
        try (Transport.Listener listener = listen()) {
            assertThat(listener.endpoint()).isEqualTo(QUOTES);
            failsWith(IpcStatus.AUTHENTICATION_FAILED, "another user's", () -> intruder.connect(QUOTES, SECONDS_5));
            assertThat(accepted).isEmpty();
        }
    }

    @Test
    void serverOfAnotherUserThatAdmitsAllUsersIsNotConnectedTo() throws Exception {
        ModelProcess impostor = machine.process(300, OTHER_USER).hostile();
        bind(impostor, meeting, "D:(A;;GA;;;WD)");
        failsWith(IpcStatus.AUTHENTICATION_FAILED, "runs as " + OTHER_USER, this::dial);
        failsWith(IpcStatus.ADDRESS_IN_USE, "quotes", this::listen);
        assertThat(client.handles()).isZero();
    }

    @Test
    void userThatPassesTheAccessListIsRefusedByName() throws Exception {
        ModelProcess administrator = machine.process(300, OTHER_USER).privileged();
        try (LogLines audit = LogLines.audit(QUOTES);
                Transport.Listener listener = listen()) {
            assertThat(listener.endpoint()).isEqualTo(QUOTES);
            long pipe = administrator.openNamedPipe(meeting);
            assertThat(audit.next()).contains("an unauthenticated peer", "runs as " + OTHER_USER);
            administrator.closeHandle(pipe);
            pingPong(dial(), accept(), 3);
            assertThat(audit.rest()).isEmpty();
        }
    }

    @Test
    void clientAtThePipeOfAnotherClientIsRefused() throws Exception {
        ModelProcess thief = machine.process(300, ME);
        try (LogLines audit = LogLines.audit(QUOTES);
                Transport.Listener listener = listen()) {
            assertThat(listener.endpoint()).isEqualTo(QUOTES);
            long pipe = client.openNamedPipe(meeting);
            long stolen = thief.openNamedPipe(told(pipe));
            assertThat(audit.next())
                    .contains("pid=300", "what=connect", "process 300 came to the pipe that process 200 was told of")
                    .doesNotContain("Optional");
            thief.closeHandle(stolen);
            client.closeHandle(pipe);
            pingPong(dial(), accept(), 3);
        }
    }

    /** What a client is told at the meeting place. */
    private String told(long pipe) throws Win32Exception {
        Operation reading = client.operation(pipe, 512);
        if (reading.read() == Win32Error.ERROR_IO_PENDING) {
            client.waitForAny(new long[] {reading.event()}, 5_000);
        }
        assertThat(reading.result()).isZero();
        byte[] text = new byte[reading.transferred()];
        reading.buffer().clear().get(text);
        reading.free();
        return new String(text, StandardCharsets.US_ASCII).trim();
    }

    private static long bind(Win32 win32, String path, String sddl) throws Win32Exception {
        return win32.createNamedPipe(
                path,
                Win32.PIPE_ACCESS_DUPLEX | Win32.FILE_FLAG_OVERLAPPED,
                Win32.PIPE_REJECT_REMOTE_CLIENTS,
                Win32.PIPE_UNLIMITED_INSTANCES,
                4096,
                sddl);
    }

    @Test
    void aProgramOfTheSameUserThatIsNotValiseIsFoundOut() throws Exception {
        String mine = "O:" + ME + "D:P(A;;GA;;;" + ME + ")";
        long pipe = bind(server, meeting, mine);
        failsWith(IpcStatus.TIMEOUT, "in time", () -> dialling.connect(QUOTES, TimeUnit.MILLISECONDS.toNanos(50)));
        server.closeHandle(pipe);
        String other = "\\\\.\\pipe\\other";
        for (String said : List.of("HTTP/1.1 200 OK", other, meeting.replace("quotes", ".zz"))) {
            long impostor = bind(server, meeting, mine);
            CompletableFuture<Void> dialled = CompletableFuture.runAsync(this::dial);
            Operation operation = server.operation(impostor, 100);
            awaitClient(operation);
            operation.buffer().put((said + '\n').getBytes(StandardCharsets.US_ASCII));
            assertThat(operation.write(said.length() + 1)).isIn(0, Win32Error.ERROR_IO_PENDING);
            assertThatThrownBy(dialled::join)
                    .hasMessageContaining("PROTOCOL_ERROR")
                    .hasMessageContaining(said);
            operation.cancel();
            operation.free();
            server.closeHandle(impostor);
        }
        assertThat(client.handles()).isZero();
    }

    private void awaitClient(Operation connecting) {
        if (connecting.connect() == Win32Error.ERROR_IO_PENDING) {
            server.waitForAny(new long[] {connecting.event()}, 5_000);
        }
    }

    @Test
    void aKilledServerEndsItsLinksAndFreesItsName() {
        listen();
        LinkEnd there = dial();
        LinkEnd here = accept();
        here.send(LinkEnd.frame(1, 50_000));
        server.kill();
        there.expect(LinkEnd.frame(1, 50_000));
        assertThat(there.awaitEnd()).isTrue();
        failsWith(IpcStatus.ENDPOINT_NOT_FOUND, "start it first", this::dial);
        ModelProcess successor = machine.process(101, ME);
        try (Transport.Listener again = new ModelTransport(successor).listen(QUOTES, accepted::add)) {
            assertThat(again.endpoint()).isEqualTo(QUOTES);
            pingPong(dial(), accept(), 3);
        }
    }

    @Test
    void aKilledClientHarmsNoOther() {
        try (Transport.Listener listener = listen()) {
            assertThat(listener.endpoint()).isEqualTo(QUOTES);
            ModelProcess doomed = machine.process(201, ME);
            Link dying = new ModelTransport(doomed).connect(QUOTES, SECONDS_5);
            LinkEnd ending = accept();
            LinkEnd staying = dial();
            LinkEnd served = accept();
            doomed.kill();
            assertThat(ending.awaitEnd()).isTrue();
            pingPong(staying, served, 20);
            assertThat(dying.peer().pid()).hasValue(100);
        }
    }

    @Test
    void clientsThatComeAndGoAtTheMeetingPlaceTakeNothingWithThem() throws Exception {
        try (Transport.Listener listener = listen()) {
            assertThat(listener.endpoint()).isEqualTo(QUOTES);
            for (int i = 0; i < 50; i++) {
                client.waitNamedPipe(meeting, 5_000);
                client.closeHandle(client.openNamedPipe(meeting));
            }
            List<Long> idle = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                client.waitNamedPipe(meeting, 5_000);
                idle.add(client.openNamedPipe(meeting));
            }
            pingPong(dial(), accept(), 3);
            idle.forEach(client::closeHandle);
        }
        accepted.forEach(Link::close);
    }

    @Test
    void aNameWhoseLastClientLingersIsWaitedFor() throws Exception {
        Transport.Listener first = listen();
        client.waitNamedPipe(meeting, 5_000);
        long lingering = client.openNamedPipe(meeting);
        first.close();
        CompletableFuture<Transport.Listener> second = CompletableFuture.supplyAsync(this::listen);
        client.waitForAny(new long[] {client.createEvent()}, 20);
        client.closeHandle(lingering);
        second.join().close();
    }

    @Test
    void aSystemShortOfResourcesIsToldAndRecoveredFrom() {
        machine.faults().plan("CreateNamedPipeW", Win32Error.ERROR_NO_SYSTEM_RESOURCES);
        failsWith(IpcStatus.RESOURCE_EXHAUSTED, "1450", this::listen);
        try (Transport.Listener listener = listen()) {
            assertThat(listener.endpoint()).isEqualTo(QUOTES);
            for (int i = 0; i < 12; i++) {
                machine.faults().plan("CreateNamedPipeW", Win32Error.ERROR_NO_SYSTEM_RESOURCES);
                LinkEnd there = dial();
                pingPong(there, accept(), 1);
            }
            machine.faults().plan("CreateFileW", Win32Error.ERROR_NO_SYSTEM_RESOURCES); // which only clients call
            failsWith(IpcStatus.RESOURCE_EXHAUSTED, "1450", this::dial);
            pingPong(dial(), accept(), 1);
        }
    }

    @Test
    void everyWayOfCompletingKeepsFramesWhole() {
        List<Consumer<Machine>> unusual = List.of(
                all -> all.faults().alwaysPending(),
                all -> all.faults().mostBytes(7),
                all -> all.faults().messages(),
                all -> all.faults().abortEvery(3));
        try (Transport.Listener listener = listen()) {
            assertThat(listener.endpoint()).isEqualTo(QUOTES);
            for (Consumer<Machine> one : unusual) {
                one.accept(machine);
                LinkEnd there = dial();
                LinkEnd here = accept();
                pingPong(there, here, 100);
                there.link().close();
                assertThat(here.awaitEnd()).isTrue();
                here.link().close();
            }
        }
    }

    @Test
    void writingToAPeerThatIsGoneSaysSo() {
        try (Transport.Listener listener = listen()) {
            assertThat(listener.endpoint()).isEqualTo(QUOTES);
            LinkEnd there = dial();
            accept().link().close();
            assertThatThrownBy(() -> there.send(LinkEnd.frame(1, 10)))
                    .hasMessageContaining("ERROR_NO_DATA (232)")
                    .isInstanceOfSatisfying(
                            IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.PEER_DIED));
        }
    }

    @Test
    void connectingEndsWithItsTimeOrAnInterrupt() throws Exception {
        long pipe = bind(server, meeting, "O:" + ME + "D:P(A;;GA;;;" + ME + ")");
        CompletableFuture<Thread> begun = new CompletableFuture<>();
        CompletableFuture<Void> dialled = CompletableFuture.runAsync(() -> {
            begun.complete(Thread.currentThread());
            try {
                dialling.connect(QUOTES, Long.MAX_VALUE);
            } finally {
                assertThat(Thread.interrupted()).isTrue();
            }
        });
        begun.join().interrupt();
        assertThatThrownBy(dialled::join).hasMessageContaining("CANCELLED");
        long second = bind(server, meeting, "O:" + ME + "D:P(A;;GA;;;" + ME + ")");
        long taken = client.openNamedPipe(meeting); // the only one that listens
        failsWith(IpcStatus.TIMEOUT, "no instance was free", () -> dialling.connect(QUOTES, 20_000_000));
        client.closeHandle(taken);
        server.closeHandle(second);
        server.closeHandle(pipe);
        assertThat(client.handles()).isZero();
    }

    @Test
    void packagedApplicationsHaveTheirPipesUnderLocal() {
        Transport packaged = new ModelTransport(machine.process(400, ME).packaged());
        assertThat(packaged.availability().detail()).startsWith("\\\\.\\pipe\\LOCAL\\valise-");
        try (Transport.Listener listener = packaged.listen(QUOTES, accepted::add)) {
            assertThat(listener.endpoint()).isEqualTo(QUOTES);
            assertThat(packaged.endpoints()).containsExactly(QUOTES);
            pingPong(new LinkEnd(packaged.connect(QUOTES, SECONDS_5)), accept(), 3);
            failsWith(IpcStatus.ENDPOINT_NOT_FOUND, "quotes", this::dial);
        }
    }
}
