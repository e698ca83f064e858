package io.valise.ipc.services.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.Endpoint;
import io.valise.ipc.ValueSet;
import io.valise.ipc.services.catalog.ServerStatus.State;
import io.valise.ipc.services.json.ValueSetJson;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whatever a server answers to {@code valise.info}, its status can be read, and says what in it could not. */
class InfoMembersTest {
    private static final Endpoint HERE = new Endpoint("pipe", "here");
    private static final List<String> MEMBERS = List.of(
            "application", "pid", "uptime", "endpoints", "services", "connections", "requestsServed", "bytesSent");

    @Test
    void whatAnyCborLibraryWritesIsRead() {
        ServerStatus status = ServerStatus.of(
                HERE,
                ValueSet.of(
                        "application",
                        "py",
                        "pid",
                        (short) 7,
                        "services",
                        List.of("echo", "valise.info"),
                        "endpoints",
                        List.of("pipe:here", "shm:here"),
                        "connections",
                        (byte) 2,
                        "requestsServed",
                        BigInteger.TEN));
        assertThat(status.problem()).isEmpty();
        assertThat(status.pid()).isEqualTo(Optional.of(7L));
        assertThat(status.services()).containsExactly("echo");
        assertThat(status.endpoints()).containsExactly("pipe:here", "shm:here");
        assertThat(status.connections()).isEqualTo(2);
        assertThat(status.counter("requestsServed")).isEqualTo(10);
    }

    @Test
    void everyMemberOfEveryWrongTypeIsLeftOutAndNamed() {
        for (String member : MEMBERS) {
            for (Object wrong : wrongFor(member)) {
                ServerStatus status = ServerStatus.of(HERE, ValueSet.of(member, wrong, "own", 1.5));
                assertThat(status.answers()).isTrue();
                assertThat(status.problem()).startsWith("valise.info: key \"" + member + "\": wanted=");
                assertReadable(status);
            }
        }
    }

    @Test
    void absentMembersAndExplicitNullsAreNoFault() {
        ServerStatus empty = ServerStatus.of(HERE, ValueSet.empty());
        assertThat(empty.problem()).isEmpty();
        assertReadable(empty);
        for (String member : MEMBERS) {
            ServerStatus status = ServerStatus.of(HERE, ValueSet.of(member, null));
            assertThat(status.problem()).isEmpty();
            assertReadable(status);
        }
    }

    @Test
    void aMemberOfTheServersOwnNeitherReplacesOneOfTheCatalogNorMakesTheJsonTooDeep() {
        ServerStatus status =
                ServerStatus.of(HERE, ValueSet.of("state", "silent", "endpoint", 5, "deep", nested(31), "own", "x"));
        ValueSet json = status.toValueSet();
        assertThat(json.getString("state")).isEqualTo("alive");
        assertThat(json.getString("endpoint")).isEqualTo("pipe:here");
        assertThat(json.getString("own")).isEqualTo("x");
        assertReadable(status);
    }

    private static ValueSet nested(int levels) {
        return levels == 1 ? ValueSet.empty() : ValueSet.of("in", nested(levels - 1));
    }

    private static List<Object> wrongFor(String member) {
        boolean number =
                List.of("pid", "connections", "requestsServed", "bytesSent").contains(member);
        List<@Nullable Object> wrong = new ArrayList<>(List.of(1.5, true, ValueSet.of("a", 1), List.of("a", 1)));
        wrong.add(member.equals("application") ? 5 : "5");
        if (number) {
            wrong.add(BigInteger.TWO.pow(64));
        }
        return List.copyOf(wrong);
    }

    private static void assertReadable(ServerStatus status) {
        assertThat(status.application()).isEmpty();
        assertThat(status.pid()).isEmpty();
        assertThat(status.uptime()).isEqualTo(Duration.ZERO);
        assertThat(status.services()).isEmpty();
        assertThat(status.endpoints()).containsExactly("pipe:here");
        assertThat(status.connections()).isZero();
        assertThat(status.counter("requestsServed") + status.counter("own")).isZero();
        assertThat(status.state()).isEqualTo(State.ALIVE);
        assertThat(status.withoutProbes(List.of(status)).problem()).isEqualTo(status.problem());
        String json = ValueSetJson.write(ValueSet.of("servers", List.of(status.toValueSet())));
        assertThat(json).contains("\"endpoint\":\"pipe:here\"");
    }
}
