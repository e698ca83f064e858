package io.valise.ipc.spi.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.PeerIdentity;
import java.util.Optional;
import java.util.OptionalLong;
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
}
