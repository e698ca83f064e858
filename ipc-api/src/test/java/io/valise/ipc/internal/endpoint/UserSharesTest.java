package io.valise.ipc.internal.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.Endpoint;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.testlog.Logs;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class UserSharesTest {
    private static final Endpoint AT = Endpoint.parse("system-pipe:quotes");
    private static final PeerIdentity ANN = PeerIdentity.ofKernel("ann", false);
    private static final PeerIdentity BOB = PeerIdentity.ofKernel("bob", false);
    private static final PeerIdentity SELF = PeerIdentity.ofKernel("self", true);

    private UserShares shares = new UserShares();

    @BeforeEach
    void limit() {
        System.setProperty(UserShares.PROPERTY, "2");
        shares = new UserShares();
    }

    @AfterEach
    void unlimit() {
        System.clearProperty(UserShares.PROPERTY);
    }

    @Test
    @Logs("what=connect, because=connections of one user: limit=2")
    void oneUserIsToldAndThenDroppedAndAnotherIsNot() {
        for (int i = 0; i < 4; i++) {
            assertThat(shares.excess(ANN).isPresent()).isEqualTo(i > 2);
            assertThat(shares.enter(AT, ANN)).isTrue();
        }
        assertThat(shares.excess(ANN)).hasValueSatisfying(why -> assertThat(why).contains("limit=2 ", "actual=4"));
        assertThat(shares.enter(AT, ANN)).isFalse();
        assertThat(shares.enter(AT, BOB)).isTrue();
        assertThat(shares.excess(BOB)).isEmpty();
        shares.leave(ANN);
        shares.leave(ANN);
        assertThat(shares.excess(ANN)).isEmpty();
    }

    @Test
    void theGreatestLimitLetsUsersIn() {
        System.setProperty(UserShares.PROPERTY, "" + Integer.MAX_VALUE);
        shares = new UserShares();
        assertThat(shares.enter(AT, ANN)).isTrue();
        assertThat(shares.excess(ANN)).isEmpty();
    }

    @Test
    void theServersOwnUserAndPeersWithoutAUserAreNotCounted() {
        for (int i = 0; i < 100; i++) {
            assertThat(shares.enter(AT, SELF)).isTrue();
            assertThat(shares.enter(AT, PeerIdentity.unknown())).isTrue();
        }
        assertThat(shares.excess(SELF)).isEmpty();
        shares.leave(SELF);
    }
}
