package io.valise.ipc.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcServer;
import java.util.Optional;
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
                .contains("server lacks an in rule for a client without an identity");
        assertThat(rules.outRefusal(Optional.empty()))
                .contains("client lacks an out rule for a server without an identity");
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
}
