package io.valise.ipc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointTest {
    @ParameterizedTest
    @ValueSource(strings = {"shm:quotes", "local:a", "any:A.b_c-9", "x-9:0", "abcdefghijklmnop:q"})
    void readsWhatItWrites(String text) {
        Endpoint endpoint = Endpoint.parse(text);
        assertThat(endpoint).hasToString(text);
        assertThat(Endpoint.parse(endpoint.toString())).isEqualTo(endpoint);
        assertThat(endpoint.isAny()).isEqualTo(text.startsWith("any:"));
        assertThat(endpoint.withScheme("pipe").toString()).isEqualTo("pipe:" + endpoint.name());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "quotes",
                ":",
                "shm:",
                ":quotes",
                "SHM:quotes",
                "shm:.hidden",
                "shm:-dash",
                "shm:a/b",
                "shm:a\\b",
                "shm:a b",
                "shm:a:b",
                "shm:..",
                "shm:a\n",
                "shm:ü",
                "9p:a",
                "shm:\u0000",
                "abcdefghijklmnopq:q"
            })
    void refusesTheRestAndSaysWhy(String text) {
        assertThatThrownBy(() -> Endpoint.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("endpoint")
                .hasMessageContaining("expected");
    }

    @Test
    void longestNameIs64CharactersAndLongerTextsAreCutInMessages() {
        assertThat(Endpoint.parse("shm:" + "n".repeat(64)).name()).hasSize(64);
        assertThatThrownBy(() -> Endpoint.parse("shm:" + "n".repeat(65))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Endpoint.parse("shm:" + "n".repeat(100_000)))
                .message()
                .hasSizeLessThan(300);
    }

    @Test
    void addressesForOtherUsersAreToldFromThoseOfOneUser() {
        for (String systemWide : new String[] {"system:a", "system-pipe:a", "system-loopback:a"}) {
            assertThat(Endpoint.parse(systemWide).isSystemWide()).as(systemWide).isTrue();
        }
        for (String own : new String[] {"any:a", "pipe:a", "systems:a", "system2:a"}) {
            assertThat(Endpoint.parse(own).isSystemWide()).as(own).isFalse();
        }
        assertThat(Endpoint.parse("system:a").isCollective()).isTrue();
        assertThat(Endpoint.parse("any:a").isCollective()).isTrue();
        assertThat(Endpoint.parse("system-pipe:a").isCollective()).isFalse();
        assertThat(Endpoint.parse("system:a").isAny()).isFalse();
    }
}
