package io.valise.ipc.nats.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.nats.broker.Subjects;
import io.valise.ipc.testlog.LogWatch;
import io.valise.ipc.testlog.Logs;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** How links of a process begin, lose messages, and end. */
@ExtendWith(LogWatch.class)
class LinksTest extends LinksFixture {
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
}
