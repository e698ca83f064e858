package io.valise.ipc.nats.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.nats.broker.Subjects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The links of a process, without a broker. */
class LinksTest {
    private final Links links = new Links(
            new Outlet() {
                @Override
                public void publish(String subject, @Nullable String replyTo, byte[] data) {}

                @Override
                public int maxPayload() {
                    return 1 << 20;
                }

                @Override
                public void settle() {}
            },
            "server",
            Links.process(),
            10_000,
            () -> {});

    @Test
    void aLinkThatFailsBeforeItIsTakenGivesItsCreditBack() {
        int all = links.credit().left();
        NatsStream offered = new NatsStream(links, new Subjects.End("inbox", "server", "1"), null);
        assertThat(links.credit().left()).isLessThan(all);
        offered.fail(new IpcException(IpcStatus.PEER_DIED, "the client is gone"));
        assertThat(links.credit().left()).isEqualTo(all);
        offered.close();
        assertThat(links.credit().left()).isEqualTo(all);
    }
}
