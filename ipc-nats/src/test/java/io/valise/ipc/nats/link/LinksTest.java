package io.valise.ipc.nats.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.nats.broker.Subjects;
import io.valise.ipc.testlog.LogWatch;
import io.valise.ipc.testlog.Logs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The links of a process, without a broker: over a connection no test decides between which two steps of a thread another one
 * closes a link, loses a message or ends the connection, nor sees what a process keeps of a link that has ended.
 */
@ExtendWith(LogWatch.class)
class LinksTest {
    private static final int CLIENTS_CREDIT = 100_000;

    /** What was sent, in order. */
    private final List<Sent> sent = new ArrayList<>();

    /** The subjects to which the question went whether a process lives. */
    private final List<String> asked = new ArrayList<>();

    /** Where the answer to the last of these goes. */
    private @Nullable String answersTo;

    /** How often a thread waited for the broker. */
    private int settled;

    private long writes;
    private boolean writesEndAtOnce;
    private final List<Runnable> afterWrite = new ArrayList<>();
    private boolean noMemoryToPublish;
    private boolean noMemoryToAwait;
    private Runnable publishing = () -> {};

    private final List<NatsStream> accepted = new ArrayList<>();

    private record Sent(@Nullable String replyTo, Chunk chunk) {}

    private final Outlet outlet = new Outlet() {
        @Override
        public void publish(String subject, @Nullable String replyTo, byte[] data) {
            noMemory(noMemoryToPublish);
            publishing.run();
            Chunk chunk = Chunk.of(data);
            if (chunk == null) {
                asked.add(subject);
                answersTo = replyTo;
            } else {
                sent.add(new Sent(replyTo, chunk));
            }
        }

        @Override
        public long writes() {
            return writes;
        }

        @Override
        public void afterWrite(Runnable task) {
            noMemory(noMemoryToAwait);
            afterWrite.add(task);
            if (writesEndAtOnce) {
                writes++; // and the thread that writes has looked for tasks just before
            }
        }

        @Override
        public int maxPayload() {
            return 1 << 20;
        }

        @Override
        public void settle() {
            settled++;
        }
    };

    private Links links = links(10_000);

    private static void noMemory(boolean isSo) {
        if (isSo) {
            throw new OutOfMemoryError("thrown by the test");
        }
    }

    private final int all = links.credit().left();

    private Links links(long silenceMillis) {
        return new Links(outlet, "server", Subjects.inbox("server", Links.random()), silenceMillis, () -> {});
    }

    private Sent last() {
        return sent.get(sent.size() - 1);
    }

    private static byte[] chunk(Chunk.Kind kind, int creditEpoch, long offset, long limit, int length) {
        return Chunk.head(kind, (byte) creditEpoch, (byte) 0, offset, limit, length);
    }

    /** A client asks for a link, and is answered; returns the name of this end. */
    private String offered() {
        Subjects.End client = Subjects.End.of(Subjects.inbox("client", Links.random()) + ".0123456789abcdef");
        links.asked(Objects.requireNonNull(client), chunk(Chunk.Kind.OPEN, 0, 0, CLIENTS_CREDIT, 0), accepted::add);
        assertThat(last().chunk().kind()).isEqualTo(Chunk.Kind.OPENED);
        assertThat(accepted).isEmpty();
        return Objects.requireNonNull(Subjects.End.of(last().replyTo())).id();
    }

    /** A client takes that link; returns the name of this end. */
    private String taken() {
        String own = offered();
        links.received(own, null, chunk(Chunk.Kind.GRANT, 0, 0, CLIENTS_CREDIT, 0));
        assertThat(accepted).hasSize(1);
        return own;
    }

    private void brokenByLoss(String why) {
        IpcException broken =
                catchThrowableOfType(IpcException.class, () -> accepted.get(0).read(ByteBuffer.allocate(100)));
        assertThat(broken.status()).isEqualTo(IpcStatus.PEER_DIED);
        assertThat(broken).hasMessageContaining(why);
        assertThat(last().chunk().kind()).isEqualTo(Chunk.Kind.RESET);
        assertThat(last().chunk().reason()).contains(why);
        assertThat(links.isEmpty()).isTrue();
    }

    @Test
    void aLinkThatFailsBeforeItIsTakenGivesItsCreditBack() {
        NatsStream offered = new NatsStream(links, new Subjects.End("inbox", "server", "1"), null);
        assertThat(links.credit().left()).isLessThan(all);
        offered.fail(new IpcException(IpcStatus.PEER_DIED, "the client is gone"));
        assertThat(links.credit().left()).isEqualTo(all);
        offered.close();
        assertThat(links.credit().left()).isEqualTo(all);
    }

    @Test
    void aLinkThatTheClientDoesNotWantIsNotHandedOn() {
        String own = offered();
        links.received(own, null, Chunk.reset(IpcStatus.CANCELLED, "the client has another link"));
        assertThat(accepted).isEmpty();
        assertThat(links.isEmpty()).isTrue();
        assertThat(links.credit().left()).isEqualTo(all);
    }

    private static Subjects.End server() {
        return Objects.requireNonNull(Subjects.End.of(Subjects.inbox("another", Links.random()) + ".0123456789abcdef"));
    }

    private static Chunk answer() {
        return Objects.requireNonNull(Chunk.of(chunk(Chunk.Kind.OPENED, 0, 0, CLIENTS_CREDIT, 0)));
    }

    private void nothingIsKeptOf(NatsStream ended) {
        links.opened(ended, server(), answer()); // the receiving thread found it before it ended
        assertThat(last().chunk().kind()).isEqualTo(Chunk.Kind.RESET);
        assertThat(links.tick(Links.IDLE_MILLIS, true)).isFalse();
        assertThat(asked).isEmpty();
        assertThat(links.isEmpty()).isTrue();
    }

    @Test
    void aLinkThatIsClosedWhileItsAnswerComesLeavesNoPeer() {
        NatsStream dialled = links.dial("quotes");
        dialled.close();
        nothingIsKeptOf(dialled);
    }

    @Test
    void aLinkThatFailsWhileItsAnswerComesLeavesNoPeer() {
        NatsStream dialled = links.dial("quotes");
        links.denied("quotes");
        nothingIsKeptOf(dialled);
    }

    @Test
    void aLinkThatBeginsWhenTheBrokerIsLostHasFailed() {
        links.lost("the broker is gone");
        NatsStream dialled = links.dial("quotes");
        assertThat(dialled.opened()).isCompletedExceptionally();
        offered();
        assertThat(links.isEmpty()).isTrue();
        assertThat(links.tick(Links.IDLE_MILLIS, true)).isFalse();
    }

    @Test
    @Logs("telling of a link that has failed failed")
    void aReaderThatThrowsDoesNotKeepOtherLinksFromFailing() {
        for (int i = 0; i < 2; i++) {
            NatsStream dialled = links.dial("quotes");
            dialled.onReadable(() -> {
                throw new IllegalStateException("thrown by the test");
            });
            dialled.arm();
        }
        links.lost("the broker is gone");
        assertThat(links.isEmpty()).isTrue();
    }

    @Test
    void aLinkThatNoClientTakesEndsAndNoThreadWaitsForThat() {
        offered();
        links.tick(60_000, false);
        assertThat(last().chunk().kind()).isEqualTo(Chunk.Kind.END);
        assertThat(settled).isZero();
        assertThat(links.isEmpty()).isTrue();
        assertThat(links.credit().left()).isEqualTo(all);
    }

    @Test
    void aLostMessageEndsTheLinkAfterWhatCameBefore() throws IOException {
        String own = taken();
        links.received(own, null, chunk(Chunk.Kind.DATA, 0, 0, CLIENTS_CREDIT, 10));
        links.received(own, null, chunk(Chunk.Kind.DATA, 0, 20, CLIENTS_CREDIT, 10));
        assertThat(accepted.get(0).read(ByteBuffer.allocate(100))).isEqualTo(10);
        brokenByLoss("received=10 bytes, next=20");
    }

    @Test
    void aMessageThatWasLostBeforeTheEndIsNoticedToo() {
        links.received(taken(), null, chunk(Chunk.Kind.END, 0, 5, CLIENTS_CREDIT, 0));
        brokenByLoss("received=0 bytes, next=5");
    }

    @Test
    void creditThatWasGivenBackIsNotUsedWhenAnOldGrantNamesIt() throws IOException {
        String own = taken();
        NatsStream stream = accepted.get(0);
        assertThat(stream.write(ByteBuffer.allocate(1000))).isEqualTo(1000);
        stream.rest();
        assertThat(last().chunk().kind()).isEqualTo(Chunk.Kind.RETURN);
        assertThat(last().chunk().offset()).isEqualTo(1000);
        assertThat(last().chunk().epoch()).isEqualTo((byte) 1);

        links.received(own, null, chunk(Chunk.Kind.GRANT, 0, 0, CLIENTS_CREDIT, 0)); // sent before that came
        assertThat(stream.write(ByteBuffer.allocate(CLIENTS_CREDIT))).isEqualTo(Credit.BASE);
        links.received(own, null, chunk(Chunk.Kind.GRANT, 1, 0, 50_000, 0));
        assertThat(stream.write(ByteBuffer.allocate(CLIENTS_CREDIT))).isEqualTo(50_000 - 1000 - Credit.BASE);
    }

    private void tick(int times) {
        for (int i = 0; i < times; i++) {
            links.tick(Links.IDLE_MILLIS, true);
        }
    }

    private String peer() {
        return Objects.requireNonNull(accepted.get(0).remote()).inbox();
    }

    /** It may have been heard of just before the first of these calls. */
    @Test
    void aPeerIsNotGivenUpBeforeItsTimeIsUp() {
        taken();
        tick(10);
        assertThat(links.isEmpty()).isFalse();
        tick(1);
        brokenByLoss("no sign of life");
    }

    @Test
    void aLimitThatIsNoMultipleOfASecondIsNotCutShort() {
        links = links(1500);
        taken();
        tick(2);
        assertThat(links.isEmpty()).isFalse();
        tick(1);
        brokenByLoss("no sign of life");
    }

    /** Of a long time between two calls all may have passed before it was heard of. */
    @Test
    void aPeerThatWasHeardOfIsNotGivenUpEarlyWhenAThreadBeginsToWaitForIt() {
        links = links(1500);
        taken();
        links.tick(1000, true);
        links.heard(peer());
        links.tick(1000, true);
        for (int i = 0; i < 14; i++) {
            links.tick(100, true);
        }
        assertThat(links.isEmpty()).isFalse();
        links.tick(100, true);
        brokenByLoss("no sign of life");
    }

    /** Its answers may be behind much else that is on its way. */
    @Test
    void aPeerThatAsksWhetherThisProcessLivesIsAlive() {
        taken();
        ticksAndQuestions(20);
        assertThat(links.isEmpty()).isFalse();
        tick(20);
        brokenByLoss("no sign of life");
    }

    private void ticksAndQuestions(int times) {
        for (int i = 0; i < times; i++) {
            tick(1);
            links.heard(peer());
        }
    }

    private void answers() {
        String number = String.valueOf(answersTo).replaceFirst(".*\\.q\\.", "");
        links.answered(Long.parseLong(number), false);
    }

    /** What it is asked gets lost, or the thread that would answer hangs. */
    @Test
    void aPeerThatAsksAndNeverAnswersIsDeadInTheEnd() {
        taken();
        ticksAndQuestions(30);
        answers();
        ticksAndQuestions(10 * Links.UNANSWERED);
        assertThat(links.isEmpty()).isFalse();
        ticksAndQuestions(1);
        brokenByLoss("no answer of the process at the other end: limit=40000 ms");
    }

    /** Else others took it for alive by that, for ever. */
    @Test
    void aProcessThatHandlesNothingAsksNoMoreAfterAWhile() {
        taken();
        for (int i = 0; i < 9; i++) {
            links.tick(Links.IDLE_MILLIS, false);
        }
        assertThat(asked).hasSize(9);
        for (int i = 0; i < 9; i++) {
            links.tick(Links.IDLE_MILLIS, false);
        }
        assertThat(asked).hasSize(9);
        tick(1);
        assertThat(asked).hasSize(10);
    }

    /** What was sent has been written; a task that is added meanwhile waits for another write. */
    private void written() {
        writes++;
        List<Runnable> due = List.copyOf(afterWrite);
        afterWrite.clear();
        due.forEach(Runnable::run);
    }

    private static ByteBuffer numbered(int first, int count) {
        ByteBuffer bytes = ByteBuffer.allocate(count);
        for (int i = 0; i < count; i++) {
            bytes.put((byte) (first + i));
        }
        return bytes.flip();
    }

    private List<Integer> lengthsOfData() {
        return sent.stream()
                .filter(one -> one.chunk().kind() == Chunk.Kind.DATA)
                .map(one -> one.chunk().body().remaining())
                .toList();
    }

    @Test
    void whileOneMessageIsWrittenSmallOnesBecomeOne() throws IOException {
        taken();
        NatsStream stream = accepted.get(0);
        for (int i = 0; i < 4; i++) {
            assertThat(stream.write(numbered(10 * i, 10))).isEqualTo(10);
            assertThat(stream.flush()).isTrue();
        }
        assertThat(lengthsOfData()).containsExactly(10);
        written();
        assertThat(lengthsOfData()).containsExactly(10, 30);
        assertThat(last().chunk().offset()).isEqualTo(10);
        assertThat(last().chunk().body()).isEqualTo(numbered(10, 30));
        written();
        assertThat(afterWrite).as("nothing waits").isEmpty();
        assertThat(stream.write(numbered(40, 10))).isEqualTo(10);
        assertThat(lengthsOfData()).as("nothing is being written").containsExactly(10, 30, 10);
        assertThat(last().chunk().offset()).isEqualTo(40);
    }

    @Test
    void whatIsHeldBackIsSentAheadOfAllElse() throws IOException {
        taken();
        NatsStream stream = accepted.get(0);
        stream.write(numbered(0, 10));
        stream.write(numbered(0, 20));
        stream.write(ByteBuffer.allocate(5000));
        stream.write(numbered(0, 30));
        stream.close();
        assertThat(lengthsOfData()).containsExactly(10, 20, 5000, 30);
        assertThat(last().chunk().kind()).isEqualTo(Chunk.Kind.END);
        assertThat(last().chunk().offset()).isEqualTo(5060);
        written();
        assertThat(last().chunk().kind()).isEqualTo(Chunk.Kind.END);
    }

    /** A link whose bytes from 10 to 30 are held back. */
    private NatsStream holding() throws IOException {
        NatsStream stream = accepted.get(0);
        stream.write(numbered(0, 10));
        stream.write(numbered(10, 20));
        assertThat(lengthsOfData()).containsExactly(10);
        return stream;
    }

    @Test
    void whatIsHeldBackIsSentAheadOfCreditThatIsGivenBack() throws IOException {
        taken();
        holding().rest();
        assertThat(lengthsOfData()).containsExactly(10, 20);
        assertThat(last().chunk().kind()).isEqualTo(Chunk.Kind.RETURN);
        assertThat(last().chunk().offset()).isEqualTo(30);
    }

    @Test
    void whatIsHeldBackIsSentAheadOfAGrant() throws IOException {
        String own = taken();
        NatsStream stream = holding();
        links.received(own, null, chunk(Chunk.Kind.DATA, 0, 0, CLIENTS_CREDIT, Credit.FIRST));
        assertThat(stream.read(ByteBuffer.allocate(Credit.FIRST))).isEqualTo(Credit.FIRST);
        assertThat(lengthsOfData()).containsExactly(10, 20);
        assertThat(last().chunk().kind()).isEqualTo(Chunk.Kind.GRANT);
        assertThat(last().chunk().offset()).isEqualTo(30);
    }

    @Test
    void whatALinkThatFailsHoldsBackIsNotSent() throws IOException {
        taken();
        holding().fail(new IpcException(IpcStatus.PEER_DIED, "the peer is gone"));
        written();
        assertThat(lengthsOfData()).containsExactly(10);
    }

    @Test
    void whatIsHeldBackIsNoMoreThanAMessageHolds() throws IOException {
        taken();
        for (int i = 0; i <= 16; i++) {
            accepted.get(0).write(ByteBuffer.allocate(1000));
        }
        accepted.get(0).write(ByteBuffer.allocate(1000));
        assertThat(lengthsOfData()).containsExactly(1000, 16_000);
    }

    /** The thread that writes may have looked for what to do next just before it was told. */
    @Test
    void nothingIsHeldBackWhenNoWriteWillFollow() throws IOException {
        taken();
        accepted.get(0).write(numbered(0, 10));
        writesEndAtOnce = true;
        accepted.get(0).write(numbered(0, 20));
        assertThat(lengthsOfData()).containsExactly(10, 20);
    }

    @Test
    void aLongFrameBecomesMessagesOfOneLength() throws IOException {
        taken();
        accepted.get(0).write(ByteBuffer.allocate(65_540));
        assertThat(lengthsOfData()).containsExactly(21_847, 21_847, 21_846);
    }

    @Test
    void whatFindsNoMemoryIsSentAfterALaterWrite() throws IOException {
        taken();
        NatsStream stream = accepted.get(0);
        stream.write(numbered(0, 10));
        stream.write(numbered(10, 20));
        noMemoryToPublish = true;
        written();
        ByteBuffer more = numbered(30, 5);
        assertThatThrownBy(() -> stream.write(more)).isInstanceOf(OutOfMemoryError.class);
        noMemoryToPublish = false;
        written(); // such as of the question whether the peer lives
        assertThat(lengthsOfData()).containsExactly(10, 20);
        assertThat(last().chunk().offset()).isEqualTo(10);
        assertThat(last().chunk().body()).isEqualTo(numbered(10, 20));
        assertThat(stream.write(more)).isEqualTo(5);
        written();
        assertThat(lengthsOfData()).containsExactly(10, 20, 5);
        assertThat(last().chunk().offset()).isEqualTo(30);
    }

    @Test
    void whatIsLateAndFindsNoMemoryIsSentAfterALaterWrite() throws IOException {
        taken();
        NatsStream stream = accepted.get(0);
        stream.write(numbered(0, 10));
        writesEndAtOnce = true;
        noMemoryToPublish = true;
        assertThat(stream.write(numbered(10, 20))).isEqualTo(20);
        noMemoryToPublish = false;
        written();
        assertThat(lengthsOfData()).containsExactly(10, 20);
        assertThat(last().chunk().offset()).isEqualTo(10);
    }

    @Test
    void whatIsNotSentForLackOfMemoryIsNotTaken() throws IOException {
        taken();
        NatsStream stream = accepted.get(0);
        ByteBuffer bytes = numbered(0, 10);
        noMemoryToPublish = true;
        assertThatThrownBy(() -> stream.write(bytes)).isInstanceOf(OutOfMemoryError.class);
        noMemoryToPublish = false;
        assertThat(bytes.remaining()).isEqualTo(10);
        assertThat(stream.write(bytes)).isEqualTo(10);
        assertThat(lengthsOfData()).as("nothing is being written").containsExactly(10);
        assertThat(last().chunk().offset()).isZero();
    }

    @Test
    void creditThatCouldNotBeGivenBackForLackOfMemoryIsKept() throws IOException {
        taken();
        NatsStream stream = accepted.get(0);
        noMemoryToPublish = true;
        assertThatThrownBy(stream::rest).isInstanceOf(OutOfMemoryError.class);
        noMemoryToPublish = false;
        assertThat(stream.write(ByteBuffer.allocate(CLIENTS_CREDIT))).isEqualTo(CLIENTS_CREDIT);
        assertThat(last().chunk().epoch()).isZero();
    }

    @Test
    void aLinkThatCanSendNothingAndAwaitNoWriteEnds() throws IOException {
        taken();
        NatsStream stream = accepted.get(0);
        stream.write(numbered(0, 10));
        stream.write(numbered(10, 20));
        noMemoryToPublish = true;
        noMemoryToAwait = true;
        assertThatThrownBy(this::written).isInstanceOf(OutOfMemoryError.class); // nor can the peer be told
        IpcException broken = catchThrowableOfType(IpcException.class, () -> stream.write(numbered(30, 1)));
        assertThat(broken.status()).isEqualTo(IpcStatus.PEER_DIED);
        assertThat(broken).hasMessageContaining("no memory");
        assertThat(links.isEmpty()).isTrue();
    }

    /** While another thread has the lock of a link, since the client library lets it wait. */
    @Test
    void theThreadThatWritesWaitsForNoLink() throws Exception {
        taken();
        NatsStream stream = accepted.get(0);
        stream.write(numbered(0, 10));
        stream.write(numbered(10, 20));
        CountDownLatch hasLock = new CountDownLatch(1);
        CountDownLatch goesOn = new CountDownLatch(1);
        publishing = () -> {
            hasLock.countDown();
            try {
                goesOn.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        };
        FutureTask<Integer> sending = new FutureTask<>(() -> stream.write(ByteBuffer.allocate(5000)));
        new Thread(sending, "sender").start();
        hasLock.await();
        publishing = () -> {};
        written(); // would wait for ever
        assertThat(lengthsOfData()).containsExactly(10);
        goesOn.countDown();
        assertThat(sending.get()).isEqualTo(5000);
        assertThat(lengthsOfData()).containsExactly(10, 20, 5000);
        assertThat(afterWrite).as("what came meanwhile was looked at").isEmpty();
    }
}
