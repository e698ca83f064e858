package io.valise.ipc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.identity.OwnConfiguration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OwnConfiguration.class)
class AccessPolicyTest {
    private static final PeerIdentity ANN = PeerIdentity.ofKernel("ann", false);
    private static final PeerIdentity READER = PeerIdentity.ofKernel("me", true)
            .proving("reader_0000000000000", Map.of("quotes.read", Instant.now().plusSeconds(3600)));

    private static void denies(AccessPolicy policy, PeerIdentity caller, String because) {
        assertThat(policy.allows(caller, "price")).isFalse();
        assertThat(policy.refusal(caller, "price"))
                .hasValueSatisfying(why -> assertThat(why).contains(because));
    }

    private static void allows(AccessPolicy policy, PeerIdentity caller) {
        assertThat(policy.allows(caller, "price")).isTrue();
        assertThat(policy.refusal(caller, "price")).isEmpty();
    }

    @Test
    void onlyAuthenticatedUsersMatch() {
        AccessPolicy policy = AccessPolicy.users("ann", "bob");
        allows(policy, ANN);
        denies(policy, READER, "its user is none of");
        denies(policy, PeerIdentity.unknown(), "its user is none of");
        PeerIdentity pretender = new PeerIdentity(
                Optional.of("ann"), OptionalLong.empty(), Optional.empty(), PeerIdentity.Evidence.NONE, false);
        denies(policy, pretender, "its user is none of");
    }

    @Test
    void usersOfABrokerAreOthersThanThoseOfTheSystem() {
        PeerIdentity annOfTheBroker = PeerIdentity.ofBroker("ann");
        denies(AccessPolicy.users("ann"), annOfTheBroker, "its user is none of [ann]");
        allows(AccessPolicy.brokerUsers("ann"), annOfTheBroker);
        denies(AccessPolicy.brokerUsers("bob"), annOfTheBroker, "its user at the broker is none of [bob]");
        String unproved = "no broker proves its user (see brokerProvesUsers), which would have to be one of [ann]";
        denies(AccessPolicy.brokerUsers("ann"), ANN, unproved);
        denies(AccessPolicy.brokerUsers("ann"), PeerIdentity.unknown(), unproved);
    }

    @Test
    void applicationsAreThoseProvedAndNotThoseDeclared() {
        AccessPolicy policy = AccessPolicy.applications("reader_0000000000000");
        allows(policy, READER);
        PeerIdentity pretender = ANN.declaring(OptionalLong.empty(), Optional.of("reader_0000000000000"));
        denies(policy, pretender, "its proven application is none of [reader_0000000000000]");
    }

    /** As a SID is derived from a name: the same names give the same id, before the application has ever run. */
    @Test
    void anApplicationIsNamedByItsPublisherAndItsName() {
        AccessPolicy policy = AccessPolicy.application("acme", "reader");
        String id = AppIdentity.open("acme", "reader").id();
        allows(policy, READER.proving(id, Map.of()));
        denies(policy, READER, "its proven application is none of [" + id + "]");
        denies(policy, READER.proving(AppIdentity.open("acme", "writer").id(), Map.of()), id);
        denies(policy, READER.proving(AppIdentity.open("thief", "reader").id(), Map.of()), id);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AccessPolicy.application("acme", "no name"))
                .withMessageContaining("application name: expected 1 to 64 characters");
    }

    @Test
    void aCapabilityThatIsTakenBackIsGone() {
        Set<String> takenBack = ConcurrentHashMap.newKeySet();
        PeerIdentity peer = READER.proving(
                "reader_0000000000000",
                Map.of("quotes.read", Instant.now().plusSeconds(3600)),
                capability -> !takenBack.contains(capability));
        assertThat(peer).isEqualTo(peer.declaring(OptionalLong.empty(), Optional.empty()));
        allows(AccessPolicy.requireCapability("quotes.read"), peer);
        takenBack.add("quotes.read");
        denies(AccessPolicy.requireCapability("quotes.read"), peer, "no grant in force");
    }

    @Test
    void aCapabilityIsGoodUntilItsGrantExpires() {
        allows(AccessPolicy.requireCapability("quotes.read"), READER);
        denies(AccessPolicy.requireCapability("quotes.write"), READER, "no grant in force for capability quotes.write");
        PeerIdentity late = READER.proving("reader_0000000000000", Map.of("quotes.read", Instant.now()));
        denies(AccessPolicy.requireCapability("quotes.read"), late, "no grant in force");
    }

    @Test
    void combinationsGiveTheReasonsThatCount() {
        AccessPolicy mine = AccessPolicy.sameUser();
        AccessPolicy writers = AccessPolicy.requireCapability("quotes.write");
        denies(mine.and(writers), READER, "quotes.write");
        denies(mine.and(writers), ANN, "not provably run as this user");
        denies(writers.or(AccessPolicy.users("bob")), READER, "quotes.write, and its user is none of [bob]");
        denies(AccessPolicy.nobody().and(mine), READER, "no caller is allowed");
        allows(mine.or(writers), READER);
        allows(writers.or(mine), READER);
        allows(mine.and(AccessPolicy.requireCapability("quotes.read")), READER);
    }

    @Test
    void eachPartIsAskedOnce() {
        AtomicInteger asked = new AtomicInteger();
        AccessPolicy counting = (caller, service) -> asked.incrementAndGet() < 0;
        assertThat(counting.or(counting).and(AccessPolicy.anyone()).refusal(ANN, "price"))
                .contains("the policy does not allow it, and the policy does not allow it");
        assertThat(asked).hasValue(2);
    }

    @Test
    void aMissingPartIsFoundWhenCombining() {
        assertThatNullPointerException().isThrownBy(() -> AccessPolicy.anyone().and(null));
        assertThatNullPointerException().isThrownBy(() -> AccessPolicy.anyone().or(null));
    }
}
