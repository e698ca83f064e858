package io.valise.ipc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.identity.CapabilityGrant;
import io.valise.ipc.identity.IssuedGrants;
import io.valise.ipc.spi.runtime.ConfigurationDirectory;
import io.valise.ipc.spi.runtime.PrivateFile;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.OwnHome;
import io.valise.ipc.testkit.rule.Variants;
import io.valise.ipc.testlog.MayLog;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;

/** {@code ipc grant} with its list and its revocations, and what presents and asks for grants. */
@ExtendWith(HangWatchdog.class)
@MayLog("refused: ")
@DisabledOnOs(OS.WINDOWS)
class GrantCommandsTest {
    @RegisterExtension
    final OwnHome own = new OwnHome();

    private static CommandRun run(String line) {
        return CommandRun.of(line.split(" "));
    }

    @ParameterizedTest
    @Variants({"loopback", "shm", "pipe"})
    void aGrantForTwoIsPresentedListedAndRevokedWhileTheServerRuns(String scheme) throws Exception {
        Path file = own.path().resolve("read.grant");
        run("identity make acme/quotes");
        assertThat(run("grant quotes.read reader acme/viewer --publisher acme -o " + file)
                        .status())
                .isZero();
        String address = scheme + ":guarded";
        String call = "call " + address + " echo --grant " + file + " --identity acme/";
        try (ForkedIpc server =
                ForkedIpc.start("serve", address, "--identity", "acme/quotes", "--require", "quotes.read")) {
            assertThat(server.nextLine()).isEqualTo("serving " + address);
            assertThat(run(call + "reader").err()).isEmpty();
            assertThat(run(call + "viewer").status()).isZero();
            assertThat(run(call + "writer").err()).contains("ACCESS_DENIED");
            assertThat(run("call " + address + " echo").err()).contains("ACCESS_DENIED");

            JsonNode issued = run("grant list --json").json().get("grants").get(0);
            assertThat(issued.get("state").asText()).isEqualTo("valid");
            assertThat(issued.get("applications")).hasSize(2);
            String id = issued.get("id").asText();
            assertThat(id).isEqualTo(CapabilityGrant.read(file).id());
            CommandRun revoked = run("grant revoke " + id);
            assertThat(revoked.out()).startsWith("revoked " + id + ": quotes.read for ");
            CommandRun after = run(call + "reader");
            while (after.status() == 0) { // for a second at most
                after = run(call + "reader");
            }
            assertThat(after.err()).contains("ACCESS_DENIED");
            assertThat(run("grant list").out()).containsPattern(id + "  quotes.read  .*  revoked");
        }
    }

    @Test
    void aKeyThatIsMadeForAGrantIsTold() {
        assertThat(run("grant quotes.read reader --publisher acme").err())
                .isEqualTo("ipc: publisher \"acme\" had no key: it was made\n");
        assertThat(run("grant quotes.read reader --publisher acme").err()).isEmpty();
    }

    @Test
    void aGrantWithoutACopyIsRevokedByItsFile() throws Exception {
        AppIdentity owner = AppIdentity.open("acme", "quotes");
        CapabilityGrant grant = CapabilityGrant.issue(
                owner, "quotes.read", owner.id(), Instant.now().plusSeconds(3600));
        Path file = own.path().resolve("read.grant");
        grant.write(file);
        assertThat(run("grant revoke " + grant.id()).err())
                .contains("no publisher of this user has issued the grant " + grant.id());
        assertThat(run("grant revoke " + file + " --publisher thief").status()).isEqualTo(1);
        assertThat(run("grant revoke " + file + " --publisher acme").status()).isZero();
        Files.writeString(file, grant.text().replace("quotes.read", "quotes.edit"));
        assertThat(run("grant revoke " + file).err()).contains("no publisher of this user has issued");
    }

    @Test
    void aCopyOrKeyThatIsDamagedIsNamedAndHidesNoOther() {
        AppIdentity owner = AppIdentity.open("acme", "quotes");
        CapabilityGrant grant = IssuedGrants.of(owner)
                .add(CapabilityGrant.issue(
                        owner, "quotes.read", owner.id(), Instant.now().plusSeconds(3600)));
        Path damaged = ConfigurationDirectory.folder("grants").resolve(owner.publisherId() + "_damaged.grant");
        PrivateFile.write(damaged, "valise-grant 1\n");
        Path key = ConfigurationDirectory.folder("keys").resolve("a-damaged-one.key");
        PrivateFile.write(key, "no key");
        for (String list : List.of("grant list", "grant list --json", "identity find")) {
            CommandRun listed = run(list);
            assertThat(listed.err())
                    .contains("capability grant " + damaged + ": expected the lines of a grant", "remove this copy")
                    .contains("key file " + key);
            assertThat(listed.out()).contains(list.startsWith("grant") ? grant.id() : owner.id());
            assertThat(listed.status()).isEqualTo(1);
        }
        CommandRun unknown = run("grant revoke 0000000000000");
        assertThat(unknown.err()).contains(damaged.toString(), "has issued the grant 0000000000000");
        assertThat(unknown.status()).isEqualTo(1);
        CommandRun revoked = run("grant revoke " + grant.id());
        assertThat(revoked.out()).startsWith("revoked " + grant.id());
        assertThat(revoked.status()).isZero();
        assertThat(IssuedGrants.of(owner).revoked()).containsExactly(grant.id());
    }

    /** Else a grant would be listed of which there is no file. */
    @Test
    void aGrantThatCannotBeWrittenIsNotIssued() {
        run("identity make acme/quotes");
        for (Path wrong : List.of(own.path(), own.path().resolve("absent/read.grant"))) {
            CommandRun refused = run("grant quotes.read reader --publisher acme -o " + wrong);
            assertThat(refused.status()).isEqualTo(2);
            assertThat(refused.err())
                    .contains("--out: expected a file in a directory that can be written to, actual=\"" + wrong + '"');
        }
        assertThat(run("grant list --json").json().get("grants")).isEmpty();
        assertThat(run("call pipe:x echo --identity acme/reader --grant "
                        + own.path().resolve("absent.grant")))
                .isEqualTo(new CommandRun(
                        2,
                        "",
                        "ipc: --grant: no such file: " + own.path().resolve("absent.grant") + System.lineSeparator()
                                + "Try 'ipc call --help'." + System.lineSeparator()));
    }

    @Test
    void whatIsMissingIsTold() {
        assertThat(run("call pipe:x echo --grant a.grant").err()).contains("--identity says which this is");
        assertThat(run("call pipe:x echo --loopback-rules").err()).contains("--identity says so");
        assertThat(run("serve pipe:x --require a").err()).contains("--identity says whose server this is");
        assertThat(run("call pipe:x echo --identity acme/reader").err())
                .contains("publisher \"acme\" has no key; `ipc identity make acme/reader` makes one");
        assertThat(run("grant list").out()).isEqualToIgnoringNewLines("ID  CAPABILITY  UNTIL  STATE  APPLICATIONS");
        StringBuilder many = new StringBuilder("grant a");
        for (int i = 0; i < 17; i++) {
            many.append(" a").append(i);
        }
        assertThat(run(many.toString()).err()).contains("limit=1 to 16, actual=17");
    }
}
