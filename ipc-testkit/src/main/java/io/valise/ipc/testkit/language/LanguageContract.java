package io.valise.ipc.testkit.language;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.TestHome;
import io.valise.ipc.testkit.language.LanguageCases.Case;
import io.valise.ipc.testkit.language.LanguageCases.Needs;
import io.valise.ipc.testkit.language.LanguageCases.Pair;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Extend this to prove that a server and a client in two languages understand each other: it runs the rules of
 * docs/transport-contract.md that a wire can show between two processes that speak the test protocol of docs/languages.md.
 * A case that needs what the client does not say that it can do is skipped.
 *
 * @since 0.1.0
 */
@ExtendWith(HangWatchdog.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class LanguageContract {
    private final String scheme;
    private final List<String> serverCommand;
    private final List<String> clientCommand;
    private LanguageEnd server;
    private LanguageEnd client;
    private int addresses;

    /**
     * The contract of two programs.
     *
     * @param scheme of the addresses, such as {@code pipe}
     * @param server the command that starts the end that serves
     * @param client the command that starts the end that connects
     */
    protected LanguageContract(String scheme, List<String> server, List<String> client) {
        this.scheme = scheme;
        this.serverCommand = List.copyOf(server);
        this.clientCommand = List.copyOf(client);
    }

    /** Overridden, skips all cases where one of the programs cannot run here, by an assumption of JUnit. */
    protected void assumeHere() {}

    @BeforeAll
    final void start() {
        assumeHere();
        server = LanguageEnd.start(serverCommand, TestHome.path());
        client = LanguageEnd.start(clientCommand, TestHome.path());
        assertThat(server.can("server")).as("%s serves", server).isTrue();
        assertThat(client.can("client")).as("%s connects", client).isTrue();
    }

    @AfterAll
    final void stop() {
        if (client != null) {
            client.close();
        }
        if (server != null) {
            server.close();
        }
    }

    final Stream<Named<Case>> cases() {
        return LanguageCases.all().stream().map(one -> Named.of(one.name(), one));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    final void rule(Case rule) {
        assumeTrue(rule.needs() != Needs.SERVES || client.can("serves"), "the client offers no services");
        assumeTrue(rule.needs() != Needs.RECONNECTS || client.can("reconnects"), "the client does not reconnect");
        assumeTrue(
                rule.needs() != Needs.EXCHANGES || (client.can("exchanges") && server.can("exchanges")),
                "an end does not know metadata of replies");
        String address = scheme + ":language-" + ++addresses;
        assertThat(server.ask("listen", address)).containsExactly("ok");
        assertThat(client.ask("connect", address)).containsExactly("ok");
        try {
            rule.body().run(new Pair(server, client, address));
        } finally {
            client.ask("close");
            server.ask("unlisten");
        }
    }
}
