package io.valise.ipc.nats.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What links do while a process has no memory, and after that. */
class NoMemoryTest extends LinksFixture {
    @Test
    void whatFindsNoMemoryIsSentAfterALaterWrite() throws IOException {
        taken();
        NatsStream stream = holding();
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
    void whatIsNotSentIsNotTaken() throws IOException {
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
    void creditThatCouldNotBeGivenBackIsKept() throws IOException {
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
        NatsStream stream = holding();
        noMemoryToPublish = true;
        noMemoryToAwait = true;
        throwsNothing(this::written); // nor can the peer be told
        IpcException broken = catchThrowableOfType(IpcException.class, () -> stream.write(numbered(30, 1)));
        assertThat(broken.status()).isEqualTo(IpcStatus.PEER_DIED);
        assertThat(broken).hasMessageContaining("no memory");
        tick();
        assertThat(links.isEmpty()).as("its peer knows").isFalse();
        noMemoryToPublish = false;
        tick();
        assertThat(last().chunk().kind()).isEqualTo(Chunk.Kind.RESET);
        assertThat(last().chunk().reason()).contains("no memory");
        nothingIsLeft();
    }

    /** An error that left a test would end the JVM of all tests. */
    private static void throwsNothing(ThrowingCallable step) {
        assertThatCode(step).doesNotThrowAnyException();
    }

    private void tick() {
        throwsNothing(() -> links.tick(Links.IDLE_MILLIS, true));
    }

    private void nothingIsLeft() {
        assertThat(links.isEmpty()).isTrue();
        assertThat(links.credit().left()).isEqualTo(all);
        int before = sent.size();
        tick();
        assertThat(sent).as("told once").hasSize(before);
        assertThat(asked).as("questions whether the peer lives").isEmpty();
    }

    @Test
    void aLinkThatIsClosedWithoutMemoryEndsInGoodOrder() throws IOException {
        taken();
        NatsStream stream = holding();
        noMemoryToPublish = true;
        throwsNothing(stream::close);
        assertThat(settled).as("waits for a broker that was sent nothing").isZero();
        assertThat(stream.isOpen()).isFalse();
        tick();
        assertThat(lengthsOfData()).containsExactly(10);
        noMemoryToPublish = false;
        tick();
        assertThat(lengthsOfData()).containsExactly(10, 20);
        assertThat(last().chunk().kind()).isEqualTo(Chunk.Kind.END);
        assertThat(last().chunk().offset()).isEqualTo(30);
        nothingIsLeft();
    }

    /** A link that has ended, and whose peer does not know. */
    private String untold() {
        String own = taken();
        noMemoryToPublish = true;
        throwsNothing(() -> accepted.get(0).reset(new IpcException(IpcStatus.PEER_DIED, "broken by the test")));
        noMemoryToPublish = false;
        return own;
    }

    @Test
    void aPeerThatSendsToALinkThatHasEndedIsToldOnce() {
        String own = untold();
        links.received(own, null, chunk(Chunk.Kind.DATA, 0, 0, CLIENTS_CREDIT, 10));
        assertThat(last().chunk().kind()).isEqualTo(Chunk.Kind.RESET);
        assertThat(last().chunk().reason()).isEqualTo("broken by the test");
        int before = sent.size();
        links.received(own, null, chunk(Chunk.Kind.DATA, 0, 10, CLIENTS_CREDIT, 10));
        assertThat(sent).hasSize(before);
        nothingIsLeft();
    }

    @Test
    void aPeerThatHasEndedTheLinkItselfIsNotTold() {
        String own = untold();
        int before = sent.size();
        links.received(own, null, Chunk.reset(IpcStatus.PEER_DIED, "the peer cannot go on"));
        assertThat(sent).hasSize(before);
        nothingIsLeft();
    }

    @Test
    void aResetIsNotAnswered() {
        String own = taken();
        int before = sent.size();
        links.received(own, null, Chunk.reset(IpcStatus.PEER_DIED, "the peer cannot go on"));
        assertThat(sent).hasSize(before);
        nothingIsLeft();
    }

    @Test
    void whatComesForALinkThatWasClosedInGoodOrderIsNotAnswered() {
        String own = taken();
        accepted.get(0).close();
        int before = sent.size();
        links.received(own, null, chunk(Chunk.Kind.DATA, 0, 0, CLIENTS_CREDIT, 10));
        assertThat(sent).hasSize(before);
        nothingIsLeft();
    }

    /** Nothing else would end it: the client waits for a server that does not have the link. */
    @Test
    void aLinkThatCannotBeHandedOnEndsAtBothEnds() {
        String own = offered(stream -> noMemory(true));
        throwsNothing(() -> links.received(own, null, chunk(Chunk.Kind.GRANT, 0, 0, CLIENTS_CREDIT, 0)));
        assertThat(last().chunk().kind()).isEqualTo(Chunk.Kind.RESET);
        assertThat(last().chunk().reason()).contains("no memory");
        nothingIsLeft();
    }

    /** The client asks again, perhaps another server, and the end of this link would break that one. */
    @Test
    void aLinkThatCouldNotBeOfferedEndsUnheard() {
        noMemoryToPublish = true;
        assertThatThrownBy(this::offered).isInstanceOf(OutOfMemoryError.class);
        noMemoryToPublish = false;
        throwsNothing(() -> links.tick(60_000, false));
        assertThat(sent).isEmpty();
        nothingIsLeft();
    }

    // ---- credit

    @Test
    void aLinkThatCannotBeMadeKeepsNoCredit() {
        noMemoryForLinks = true;
        assertThatThrownBy(() -> links.dial("quotes")).isInstanceOf(OutOfMemoryError.class);
        assertThatThrownBy(this::offered).isInstanceOf(OutOfMemoryError.class);
        nothingIsLeft();
    }

    /** A reader that has read all does not come back for it, and a sender that has used all waits. */
    @Test
    void whatIsReadIsCountedAndGrantedThoughTheGrantCannotBeSent() throws IOException {
        String own = taken();
        NatsStream stream = accepted.get(0);
        links.received(own, null, chunk(Chunk.Kind.DATA, 0, 0, CLIENTS_CREDIT, Credit.FIRST));
        noMemoryToPublish = true;
        throwsNothing(
                () -> assertThat(stream.read(ByteBuffer.allocate(Credit.FIRST))).isEqualTo(Credit.FIRST));
        assertThat(stream.read(ByteBuffer.allocate(1))).isZero();
        noMemoryToPublish = false;
        tick();
        grants(2 * Credit.FIRST);
        int before = sent.size();
        tick();
        assertThat(sent).as("granted once").hasSize(before);
    }

    private void grants(int least) {
        assertThat(last().chunk().kind()).isEqualTo(Chunk.Kind.GRANT);
        assertThat(last().chunk().limit()).isGreaterThanOrEqualTo(least);
    }

    @Test
    void whatAMessageGrantsThatCannotBeSentIsGrantedByTheNext() throws IOException {
        String own = taken();
        NatsStream stream = accepted.get(0);
        int first = Credit.FIRST / 2 - 1000;
        links.received(own, null, chunk(Chunk.Kind.DATA, 0, 0, CLIENTS_CREDIT, first));
        assertThat(stream.read(ByteBuffer.allocate(first))).isEqualTo(first);
        noMemoryToPublish = true;
        assertThatThrownBy(() -> stream.write(ByteBuffer.allocate(5000))).isInstanceOf(OutOfMemoryError.class);
        noMemoryToPublish = false;
        links.received(own, null, chunk(Chunk.Kind.DATA, 0, first, CLIENTS_CREDIT, 1000));
        assertThat(stream.read(ByteBuffer.allocate(1000))).isEqualTo(1000);
        grants(Credit.FIRST + first);
    }
}
