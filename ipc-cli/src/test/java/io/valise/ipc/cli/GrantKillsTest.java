package io.valise.ipc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.identity.CapabilityGrant;
import io.valise.ipc.identity.IssuedGrants;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.OwnHome;
import io.valise.ipc.testkit.process.CommandLoop;
import io.valise.ipc.testkit.process.ForkedJvm;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A process that is killed while it adds and revokes grants. */
@ExtendWith(HangWatchdog.class)
@DisabledOnOs(OS.WINDOWS)
class GrantKillsTest {
    private static final int ROUNDS = 3;
    /** All rounds together revoke fewer than can be. */
    private static final int MOST_OF_A_ROUND = IssuedGrants.MAX_GRANTS / (ROUNDS + 1);

    @RegisterExtension
    final OwnHome own = new OwnHome();

    private static CapabilityGrant issue(AppIdentity owner, String capability) {
        Instant expires = Instant.now().plus(Duration.ofHours(1));
        return CapabilityGrant.issue(owner, capability, owner.id(), expires);
    }

    /** Adds and revokes one grant after another, and says the id of each that is revoked. */
    static final class Revoker implements CommandLoop.Commands {
        private Revoker() {}

        public static void main(String[] arguments) {
            CommandLoop.run(new Revoker());
        }

        @Override
        public @Nullable String run(String command, List<String> arguments) {
            Thread revoking = new Thread(() -> revoke(command), "revoke");
            revoking.setDaemon(true);
            revoking.start();
            return null;
        }

        private static void revoke(String round) {
            AppIdentity owner = AppIdentity.open("acme", "quotes");
            IssuedGrants issued = IssuedGrants.of(owner);
            for (int i = 0; i < MOST_OF_A_ROUND; i++) {
                CapabilityGrant grant = issued.add(issue(owner, "r" + round + '.' + i));
                issued.revoke(grant);
                CommandLoop.say(grant.id());
            }
        }
    }

    @Test
    void whatWasRevokedStaysRevokedAndTheNextProcessRevokes() {
        AppIdentity owner = AppIdentity.open("acme", "quotes");
        IssuedGrants issued = IssuedGrants.of(owner);
        List<String> revoked = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            try (ForkedJvm revoker = ForkedJvm.start(Revoker.class)) {
                revoker.ask(round);
                for (int i = 0; i <= round; i++) {
                    revoked.add(revoker.hear());
                }
                revoker.kill();
            }
            assertThat(issued.revoked()).containsAll(revoked);
            assertThat(issued.list()).extracting(CapabilityGrant::id).containsAll(revoked);
            CapabilityGrant next = issued.add(issue(owner, "next" + round));
            issued.revoke(next);
            revoked.add(next.id());
            assertThat(issued.revoked()).containsAll(revoked);
        }
    }
}
