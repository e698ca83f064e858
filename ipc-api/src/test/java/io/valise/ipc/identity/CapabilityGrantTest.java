package io.valise.ipc.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(OwnConfiguration.class)
class CapabilityGrantTest {
    private static final Instant NOW = Instant.parse("2027-01-01T00:00:00Z");
    private static final Instant LATER = NOW.plus(Duration.ofDays(1));

    private AppIdentity owner;
    private AppIdentity reader;

    @BeforeEach
    void open() {
        owner = AppIdentity.open("owner", "quotes");
        reader = AppIdentity.open("acme", "reader");
    }

    private CapabilityGrant grant() {
        return CapabilityGrant.issue(owner, "quotes.read", reader.id(), LATER);
    }

    @Test
    void aTimeThatItsTextCannotSayIsRefusedWhenItIsIssued() {
        for (Instant never : new Instant[] {Instant.MAX, Instant.parse("+10000-01-01T00:00:00Z"), Instant.MIN}) {
            assertThatThrownBy(() -> CapabilityGrant.issue(owner, "quotes.read", reader.id(), never))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("expires: limit=1970-01-01T00:00:00Z to 9999-12-31T23:59:59Z, actual=");
        }
    }

    @Test
    void isGoodForItsApplicationUntilItExpires() {
        CapabilityGrant grant = grant();
        assertThat(grant.refusal(owner.publicKey(), reader.id(), NOW)).isEmpty();
        assertThat(grant.refusal(owner.publicKey(), reader.id(), LATER.minusNanos(1)))
                .isEmpty();
        assertThat(grant.refusal(owner.publicKey(), reader.id(), LATER))
                .hasValueSatisfying(why -> assertThat(why).contains("expired at 2027-01-02T00:00:00Z"));
        assertThat(grant).hasToString("quotes.read for " + reader.id() + " until 2027-01-02T00:00:00Z");
    }

    @Test
    void isWorthNothingForAnotherApplicationOrAtAnothersServer() {
        AppIdentity other = AppIdentity.open("acme", "writer");
        assertThat(grant().refusal(owner.publicKey(), other.id(), NOW)).contains("it is for " + reader.id());
        assertThat(grant().refusal(reader.publicKey(), reader.id(), NOW))
                .contains("another publisher, not this server's, granted it");
    }

    @Test
    void oneChangedCharacterSpoilsIt() {
        String text = grant().text();
        for (int i = 0; i < text.length(); i++) {
            char other = text.charAt(i) == '1' ? '2' : '1';
            String changed = text.substring(0, i) + other + text.substring(i + 1);
            assertThat(isGood(changed)).as(changed).isFalse();
        }
        assertThat(isGood(text)).isTrue();
        assertThat(isGood(text + '\n')).isFalse();
        assertThat(isGood(text.stripTrailing())).isFalse();
    }

    private boolean isGood(String text) {
        try {
            return CapabilityGrant.parse(text)
                    .refusal(owner.publicKey(), reader.id(), NOW)
                    .isEmpty();
        } catch (IpcException e) {
            assertThat(e.status()).isEqualTo(IpcStatus.PROTOCOL_ERROR);
            return false;
        }
    }

    /** The user's own signature of the same text is none of a grant. */
    @Test
    void grantCannotBeObtainedBySigningData() {
        String signed = grant().text().replaceAll("signature=.*\n", "");
        byte[] signature = owner.sign(signed.getBytes(StandardCharsets.US_ASCII));
        String forged = signed + "signature=" + HexFormat.of().formatHex(signature) + "\n";
        assertThat(CapabilityGrant.parse(forged).refusal(owner.publicKey(), reader.id(), NOW))
                .isPresent();
    }

    @Test
    void oneForDevelopmentIsGoodInDevelopmentOnly() {
        CapabilityGrant grant = CapabilityGrant.issueForDevelopment(owner, "quotes.read", List.of(reader.id()), LATER);
        assertThat(grant.refusal(owner.publicKey(), reader.id(), NOW))
                .hasValueSatisfying(why -> assertThat(why).contains("valise.development"));
        System.setProperty(CapabilityGrant.DEVELOPMENT_PROPERTY, "true");
        try {
            assertThat(grant.refusal(owner.publicKey(), reader.id(), NOW)).isEmpty();
        } finally {
            System.clearProperty(CapabilityGrant.DEVELOPMENT_PROPERTY);
        }
    }

    @Test
    void survivesAFile(@TempDir Path folder) {
        Path file = folder.resolve("read.grant");
        grant().write(file);
        assertThat(CapabilityGrant.read(file)).isEqualTo(grant()).hasSameHashCodeAs(grant());
        assertThatThrownBy(() -> CapabilityGrant.read(folder.resolve("absent")))
                .isInstanceOf(IpcException.class)
                .hasMessageContaining("absent");
    }

    @Test
    void theVectorIsGood() {
        CapabilityGrant grant = CapabilityGrant.parse(TestKeys.vectors().getProperty("grant"));
        AppIdentity server = TestKeys.open("server");
        String clientId = TestKeys.vectors().getProperty("clientId");
        assertThat(grant.refusal(server.publicKey(), clientId, NOW)).isEmpty();
        assertThat(CapabilityGrant.issue(server, "quotes.read", clientId, grant.expires()))
                .isEqualTo(grant);
        assertThat(grant.id()).isEqualTo(TestKeys.vectors().getProperty("grantId"));
        CapabilityGrant ofTwo = CapabilityGrant.parse(TestKeys.vectors().getProperty("grantOfTwo"));
        assertThat(CapabilityGrant.issue(server, "quotes.read", ofTwo.applicationIds(), ofTwo.expires()))
                .isEqualTo(ofTwo);
        assertThat(ofTwo.applicationIds()).hasSize(2).contains(clientId);
    }

    @Test
    void refusesNamesThatWouldNotSurviveTheText() {
        for (String capability : new String[] {"", "a\nb", "a=b", "a b"}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> CapabilityGrant.issue(owner, capability, reader.id(), LATER));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CapabilityGrant.issue(owner, "quotes.read", "reader", LATER))
                .withMessageContaining("application id");
    }

    @Test
    void oneForSeveralApplicationsIsGoodForEach() {
        AppIdentity viewer = AppIdentity.open("acme", "viewer");
        CapabilityGrant grant = CapabilityGrant.issue(owner, "quotes.read", List.of(reader.id(), viewer.id()), LATER);
        assertThat(CapabilityGrant.parse(grant.text())).isEqualTo(grant);
        assertThat(grant.applicationIds()).containsExactly(reader.id(), viewer.id());
        assertThat(grant.refusal(owner.publicKey(), reader.id(), NOW)).isEmpty();
        assertThat(grant.refusal(owner.publicKey(), viewer.id(), NOW)).isEmpty();
        assertThat(grant.refusal(owner.publicKey(), owner.id(), NOW))
                .contains("it is for " + reader.id() + ", " + viewer.id());
        assertThat(grant).hasToString("quotes.read for " + reader.id() + ", " + viewer.id() + " until " + LATER);
    }

    @Test
    void theLongestOneFitsAndOneMoreApplicationDoesNot() {
        List<String> longest = IntStream.range(0, CapabilityGrant.MAX_APPLICATIONS)
                .mapToObj(i -> "a".repeat(62) + String.format("%02d", i) + '_' + reader.publisherId())
                .toList();
        CapabilityGrant grant = CapabilityGrant.issue(owner, "c".repeat(64), longest, LATER);
        assertThat(grant.text()).hasSizeLessThan(CapabilityGrant.MAX_CHARACTERS);
        assertThat(grant.refusal(owner.publicKey(), longest.get(15), NOW)).isEmpty();
        List<String> more = IntStream.range(0, 17)
                .mapToObj(i -> "a" + i + '_' + reader.publisherId())
                .toList();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CapabilityGrant.issue(owner, "c", more, LATER))
                .withMessageContaining("limit=1 to 16, actual=17");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CapabilityGrant.issue(owner, "c", List.of(), LATER))
                .withMessageContaining("limit=1 to 16, actual=0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CapabilityGrant.issue(owner, "c", List.of(reader.id(), reader.id()), LATER))
                .withMessageContaining("named twice");
    }

    /** The same text has the same id; another text has another. */
    @Test
    void itsIdIsThatOfWhatItSays() {
        assertThat(grant().id()).matches("[0-9a-hjkmnp-tv-z]{13}").isEqualTo(grant().id());
        assertThat(CapabilityGrant.issue(owner, "quotes.write", reader.id(), LATER)
                        .id())
                .isNotEqualTo(grant().id());
    }
}
