package io.valise.ipc.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.internal.identity.IdentityAccess;
import io.valise.ipc.spi.runtime.ConfigurationDirectory;
import io.valise.ipc.spi.runtime.PrivateFile;
import io.valise.ipc.testlog.Logs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OwnConfiguration.class)
class IssuedGrantsTest {
    private static final Instant LATER = Instant.parse("2100-01-01T00:00:00Z");

    private AppIdentity owner;
    private AppIdentity reader;
    private IssuedGrants issued;

    @BeforeEach
    void open() {
        owner = AppIdentity.open("owner", "quotes");
        reader = AppIdentity.open("acme", "reader");
        issued = IssuedGrants.of(owner);
    }

    private CapabilityGrant grant(String capability, Instant expires) {
        return CapabilityGrant.issue(owner, capability, reader.id(), expires);
    }

    private Path revokedFile() {
        return ConfigurationDirectory.folder("grants").resolve(owner.publisherId() + ".revoked");
    }

    @Test
    void whatIsAddedIsListedUntilItExpires() {
        assertThat(issued.list()).isEmpty();
        CapabilityGrant second = issued.add(grant("write", LATER.plusSeconds(1)));
        CapabilityGrant first = issued.add(grant("read", LATER));
        assertThat(issued.add(first)).isSameAs(first);
        assertThat(IssuedGrants.of(owner).list()).containsExactly(first, second);
        CapabilityGrant expired = issued.add(grant("old", Instant.now().minus(Duration.ofDays(1))));
        assertThat(issued.list()).containsExactly(expired, first, second);
        issued.add(second);
        assertThat(issued.list()).as("the expired one is gone").containsExactly(first, second);
        assertThat(IssuedGrants.of(reader).list()).isEmpty();
    }

    @Test
    void aServersIdentitySeesWhatAnotherRevokes() {
        CapabilityGrant grant = grant("read", LATER);
        assertThat(issued.revoked()).isEmpty();
        issued.revoke(grant);
        issued.revoke(grant);
        assertThat(issued.revoked()).containsExactly(grant.id());
        assertThat(IdentityAccess.revoked(owner, grant.id())).isTrue();
        assertThat(IdentityAccess.revoked(owner, grant("write", LATER).id())).isFalse();
        assertThat(IdentityAccess.revoked(reader, grant.id())).isFalse();
        issued.revoke(grant("old", Instant.now().minusSeconds(1)));
        assertThat(issued.revoked()).as("it has expired anyway").containsExactly(grant.id());
    }

    /** It would be of no use, and its owner would not know why. */
    @Test
    void oneThatSaysTheSameAsARevokedOneIsRefused() {
        issued.revoke(grant("read", LATER));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> issued.add(grant("read", LATER)))
                .withMessageContaining("was revoked")
                .withMessageContaining("ends at another time");
        CapabilityGrant another = grant("read", LATER.plusSeconds(1));
        assertThat(issued.add(another)).isSameAs(another);
    }

    @Test
    void thatOfAnotherPublisherIsRefused() {
        CapabilityGrant anothers = CapabilityGrant.issue(reader, "read", owner.id(), LATER);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> issued.revoke(anothers))
                .withMessageContaining("expected one of publisher " + owner.publisherId());
        assertThatIllegalArgumentException().isThrownBy(() -> issued.add(anothers));
    }

    /** A list of revocations that cannot be read must not bring a revoked grant back. */
    @Test
    void aDamagedListIsAnErrorThatNamesTheFileAndStaysAsItIs() {
        for (String damaged : List.of(
                "",
                "valise-revoked 1",
                "valise-revoked 2\n",
                "valise-revoked 1\n0000000000000 never\n",
                "valise-revoked 1\nx\n",
                "valise-revoked 1\n0000000000000 2100-99-01T00:00:00Z\n")) {
            PrivateFile.write(revokedFile(), damaged);
            AppIdentity server = AppIdentity.open("owner", "quotes");
            for (Runnable use : List.<Runnable>of(
                    () -> IdentityAccess.revoked(server, "0000000000000"),
                    () -> issued.revoke(grant("read", LATER)),
                    issued::revoked)) {
                assertThatThrownBy(use::run)
                        .as(damaged)
                        .isInstanceOfSatisfying(
                                IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.PROTOCOL_ERROR))
                        .hasMessageContaining(revokedFile().toString())
                        .hasMessageContaining("no grant is accepted until");
            }
            assertThat(PrivateFile.read(revokedFile(), 1000)).contains(damaged);
        }
    }

    @Test
    @Logs({"_damaged.grant: expected the lines of a grant", "its name is not that of the grant"})
    void aCopyThatCannotBeReadIsNamedAndHidesNoOther() {
        CapabilityGrant good = issued.add(grant("read", LATER));
        Path folder = ConfigurationDirectory.folder("grants");
        CapabilityGrant anothers = CapabilityGrant.issue(reader, "read", owner.id(), LATER);
        List<Path> damaged = List.of(
                folder.resolve(owner.publisherId() + "_" + anothers.id() + ".grant"),
                folder.resolve(owner.publisherId() + "_damaged.grant"),
                folder.resolve(owner.publisherId() + "_renamed.grant"));
        PrivateFile.write(damaged.get(0), anothers.text());
        PrivateFile.write(damaged.get(1), "valise-grant 1\n");
        PrivateFile.write(damaged.get(2), good.text());

        List<IpcException> told = new ArrayList<>();
        assertThat(issued.list(told::add)).containsExactly(good);
        assertThat(told).hasSize(3).allSatisfy(each -> {
            assertThat(each.status()).isEqualTo(IpcStatus.PROTOCOL_ERROR);
            assertThat(each).hasMessageEndingWith(": remove this copy");
            assertThat(damaged).anyMatch(file -> each.getMessage().contains(file.toString()));
        });
        assertThatThrownBy(issued::list).hasMessageEndingWith(": remove this copy");
        CapabilityGrant next = issued.add(grant("write", LATER));
        assertThat(issued.list(told::add)).containsExactlyInAnyOrder(good, next);
        assertThat(damaged).allMatch(Files::exists);
    }

    @Test
    void aThousandAreRevokedAtMost() {
        String lines = IntStream.range(0, IssuedGrants.MAX_GRANTS)
                .mapToObj(i -> String.format("%013d 2100-01-01T00:00:00Z\n", i))
                .collect(Collectors.joining());
        PrivateFile.write(revokedFile(), "valise-revoked 1\n" + lines);
        assertThat(issued.revoked()).hasSize(1000);
        assertThatThrownBy(() -> issued.revoke(grant("read", LATER)))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.RESOURCE_EXHAUSTED))
                .hasMessageContaining("limit=1000, actual=1001");
        assertThat(issued.revoked()).hasSize(1000);
    }
}
