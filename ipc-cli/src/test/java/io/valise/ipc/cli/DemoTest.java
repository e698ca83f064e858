package io.valise.ipc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.valise.ipc.testkit.rule.InFullRun;
import org.junit.jupiter.api.Test;

/** {@code ipc demo} tries every transport between real processes. */
@InFullRun("takes long; CI runs ./ipc demo")
class DemoTest {
    @Test
    void allOfItGoesWell() throws Exception {
        CommandRun run = ForkedIpc.run("demo", "--json");
        assertThat(run.status()).as(run.out() + run.err()).isZero();
        assertThat(run.err()).isEmpty();
        JsonNode json = run.json();
        assertThat(json.get("ok").booleanValue()).isTrue();
        assertThat(json.get("transports"))
                .extracting(each -> each.get("scheme").textValue())
                .containsExactly("shm", "pipe", "loopback", "local");
        assertThat(json.get("transports")).allSatisfy(each -> {
            assertThat(each.get("steps")).hasSize(11);
            assertThat(each.get("roundTrips")).hasSize(2);
        });
        assertThat(json.get("any").get("detail").textValue()).isEqualTo("chose shm");
    }
}
