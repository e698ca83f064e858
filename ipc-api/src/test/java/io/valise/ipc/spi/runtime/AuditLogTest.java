package io.valise.ipc.spi.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.PeerIdentity;
import io.valise.ipc.testlog.MayLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class AuditLogTest {
    @Test
    void whatAPeerSaysOfItselfMakesNoLineOfItsOwn() {
        assertThat(AuditLog.oneLine("who=b\r\nrefused: what=use " + (char) 0x2028 + "price" + (char) 0x85))
                .isEqualTo("who=b??refused: what=use ?price?");
    }

    @Test
    void whatIsNotKnownOfAPeerIsUnknownAndItsOwnNameIsMarkedAsSuch() {
        assertThat(PeerIdentity.unknown())
                .hasToString(
                        "PeerIdentity[user=unknown, pid=unknown, application=unknown, evidence=NONE, sameUser=false,"
                                + " applicationId=unknown, grants={}]");
        assertThat(PeerIdentity.unknown().declaring(OptionalLong.of(7), Optional.of("x\", evidence=KERNEL")))
                .hasToString("PeerIdentity[user=unknown, pid=7, application=\"x', evidence=KERNEL\", evidence=NONE,"
                        + " sameUser=false, applicationId=unknown, grants={}]");
    }

    /** A user of the machine can have itself refused without end; what another one does is still logged. */
    @Test
    @MayLog("refused: at=here, who=PeerIdentity[user=")
    void eachOtherUserHasLinesOfItsOwn() {
        Logger logger = Logger.getLogger(AuditLog.NAME); // held: a logger is garbage unless a program has it
        List<String> lines = new ArrayList<>();
        Handler taking = new Handler() {
            @Override
            public void publish(LogRecord entry) {
                lines.add(entry.getMessage());
            }

            @Override
            public void flush() {
                // Nothing waits.
            }

            @Override
            public void close() {
                // Nothing is open.
            }
        };
        logger.addHandler(taking);
        try {
            for (int i = 0; i < 200; i++) {
                AuditLog.refused("here", PeerIdentity.ofKernel("mallory", false), "use price", "no");
            }
            AuditLog.refused("here", PeerIdentity.ofKernel("ann", false), "use price", "no");
            assertThat(lines).hasSize(62);
            assertThat(lines.get(60)).contains("user=mallory", "limit=60 lines a minute for each user; last: no");
            assertThat(lines.get(61)).contains("user=ann");
            for (int i = 0; i < 100; i++) {
                AuditLog.refused("here", PeerIdentity.ofKernel("self", true), "use price", "no");
            }
            assertThat(lines).as("of this user every one").hasSize(162);
        } finally {
            logger.removeHandler(taking);
        }
    }
}
