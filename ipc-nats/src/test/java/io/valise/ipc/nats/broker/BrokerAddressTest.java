package io.valise.ipc.nats.broker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BrokerAddressTest {
    @ParameterizedTest
    @CsvSource({
        "nats://localhost, true",
        "tls://ann:secret@a1.example.com:4222, true",
        "nats://127.0.0.1, false",
        "nats://ann:secret@10.0.0.7:4222, false",
        "nats://[::1]:4222, false"
    })
    void onlyANameIsLookedUp(String url, boolean named) {
        assertThat(BrokerAddress.parse(url).hasHostName()).isEqualTo(named);
    }
}
