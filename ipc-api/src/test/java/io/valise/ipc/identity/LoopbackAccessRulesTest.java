package io.valise.ipc.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OwnConfiguration.class)
class LoopbackAccessRulesTest {
    private AppIdentity quotes;
    private AppIdentity reader;

    @BeforeEach
    void open() {
        quotes = AppIdentity.open("quotes");
        reader = AppIdentity.open("reader");
    }

    @Test
    void explainNamesTheRuleThatIsMissing() {
        LoopbackAccessRules none = LoopbackAccessRules.builder(quotes).build();
        LoopbackAccessRules in =
                LoopbackAccessRules.builder(quotes).in(reader.id()).build();
        LoopbackAccessRules deaf = LoopbackAccessRules.builder(reader).build();
        LoopbackAccessRules out =
                LoopbackAccessRules.builder(reader).out(quotes.id()).build();
        assertThat(LoopbackAccessRules.explain(out, in)).isEmpty();
        assertThat(LoopbackAccessRules.explain(out, none)).contains("server lacks an in rule for " + reader.id());
        assertThat(LoopbackAccessRules.explain(deaf, in)).contains("client lacks an out rule for " + quotes.id());
        assertThat(LoopbackAccessRules.explain(deaf, none)).contains("client lacks an out rule for " + quotes.id());
    }

    @Test
    void applicationWithoutAnIdentityMatchesNoRule() {
        LoopbackAccessRules rules = LoopbackAccessRules.builder(quotes)
                .in(reader.id())
                .out(reader.id())
                .build();
        assertThat(rules.inRefusal(Optional.empty()))
                .contains("server lacks an in exemption for a client without an identity");
        assertThat(rules.outRefusal(Optional.empty()))
                .contains("client lacks an out exemption for a server without an identity");
    }

    @Test
    void anExemptionLastsAsLongAsItsBlock() {
        LoopbackAccessRules rules = LoopbackAccessRules.builder(quotes).build();
        Optional<String> id = Optional.of(reader.id());
        try (LoopbackAccessRules.Exemption outer = rules.exemptInbound(reader.id())) {
            try (LoopbackAccessRules.Exemption inner = rules.exemptInbound(reader.id())) {
                assertThat(rules.inRefusal(id)).isEmpty();
                inner.close(); // again, without effect
            }
            assertThat(rules.inRefusal(id)).as("the outer one is open").isEmpty();
            assertThat(rules.outRefusal(id)).as("inbound only").isPresent();
        }
        assertThat(rules.inRefusal(id)).isPresent();
    }

    @Test
    void thereAreAThousandAtMost() {
        LoopbackAccessRules.Builder builder = LoopbackAccessRules.builder(quotes);
        for (int i = 0; i < 500; i++) {
            builder.in("a" + i).out("b" + i);
        }
        builder.in("a7"); // there already
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.out("one"))
                .withMessageContaining("limit=1000, actual=1001");
        assertThat(builder.build().outRefusal(Optional.of("one"))).isPresent();
    }

    @Test
    void belongToTheIdentityBesideThem() {
        LoopbackAccessRules rules = LoopbackAccessRules.builder(quotes).build();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IpcServer.builder("local:x").identity(reader).loopbackRules(rules))
                .withMessageContaining(reader.id());
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> IpcClient.builder("local:x").loopbackRules(rules).identity(reader))
                .withMessageContaining(quotes.id());
    }

    @Test
    void exemptionsArePerDirectionForPeersWithoutAnIdentityUntilATime() {
        Optional<String> named = Optional.of(reader.id());
        LoopbackAccessRules in = LoopbackAccessRules.builder(quotes)
                .exemptInbound(Instant.now().plusSeconds(3600))
                .build();
        assertThat(in.inRefusal(Optional.empty())).isEmpty();
        assertThat(in.inRefusal(named)).as("one with an identity needs a rule").isPresent();
        assertThat(in.outRefusal(Optional.empty())).isPresent();
        LoopbackAccessRules out =
                LoopbackAccessRules.builder(quotes).exemptOutbound(Instant.MAX).build();
        assertThat(out.outRefusal(Optional.empty())).isEmpty();
        assertThat(out.inRefusal(Optional.empty())).isPresent();
        LoopbackAccessRules late = LoopbackAccessRules.builder(quotes)
                .exemptInbound(Instant.now())
                .exemptOutbound(Instant.now())
                .build();
        assertThat(late.inRefusal(Optional.empty())).isPresent();
        try (LoopbackAccessRules.Exemption inbound = late.exemptInbound();
                LoopbackAccessRules.Exemption outbound = late.exemptOutbound()) {
            assertThat(late.inRefusal(Optional.empty())).isEmpty();
            assertThat(late.outRefusal(Optional.empty())).isEmpty();
            inbound.close();
            assertThat(late.inRefusal(Optional.empty())).isPresent();
            assertThat(outbound).isNotEqualTo(inbound);
        }
        assertThat(late.outRefusal(Optional.empty())).isPresent();
    }

    @Test
    void withoutTheCapabilityNothingIsAllowed() {
        LoopbackAccessRules rules = LoopbackAccessRules.builder(quotes)
                .in(reader.id())
                .exemptOutbound(Instant.MAX)
                .privateNetworkClientServer(false)
                .build();
        assertThat(rules.inRefusal(Optional.of(reader.id())))
                .contains("server lacks the capability privateNetworkClientServer");
        assertThat(rules.outRefusal(Optional.empty()))
                .contains("client lacks the capability privateNetworkClientServer");
    }

    @Test
    void thoseOfAnotherUsersApplicationExplainAndDoNotConnect() {
        LoopbackAccessRules anothers = LoopbackAccessRules.builder("reader_0000000000000")
                .out(quotes.id())
                .build();
        LoopbackAccessRules in =
                LoopbackAccessRules.builder(quotes).in("reader_0000000000000").build();
        assertThat(LoopbackAccessRules.explain(anothers, in)).isEmpty();
        assertThatIllegalStateException()
                .isThrownBy(() -> IpcClient.builder("local:x").loopbackRules(anothers))
                .withMessageContaining("begin them with its AppIdentity");
    }

    @Test
    void rulesThatAreFollowedAreLookedAtAgainBeforeARefusal() {
        LoopbackAccessRules none = LoopbackAccessRules.builder(quotes).build();
        LoopbackAccessRules in =
                LoopbackAccessRules.builder(quotes).in(reader.id()).build();
        Optional<String> named = Optional.of(reader.id());
        AtomicInteger looks = new AtomicInteger();
        LoopbackAccessRules added = LoopbackAccessRules.following(quotes, () -> none, () -> {
            looks.incrementAndGet();
            return in;
        });
        assertThat(added.inRefusal(named)).isEmpty();
        assertThat(looks).hasValue(1);
        LoopbackAccessRules allowed = LoopbackAccessRules.following(quotes, () -> in, () -> {
            throw new AssertionError("what is allowed is not looked at again");
        });
        assertThat(allowed.inRefusal(named)).isEmpty();
        Supplier<LoopbackAccessRules> damage = () -> {
            throw new IpcException(IpcStatus.PROTOCOL_ERROR, "manifest x: damaged");
        };
        assertThat(LoopbackAccessRules.following(quotes, damage, damage).inRefusal(named))
                .contains("server cannot read its loopback access rules: manifest x: damaged");
        assertThat(LoopbackAccessRules.following(quotes, damage, () -> in).inRefusal(named))
                .as("it is mended")
                .isEmpty();
    }
}
